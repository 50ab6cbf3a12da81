package dev.palinode.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palinode.analysis.Selector.NotASelector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      quoteCharacter = '^',
      value = {
        "istio_requests_total > istio_requests_total",
        "istio_requests_total{} > istio_requests_total",
        "a:b{x=\"1\"} > a:b{x=\"1\"}",
        "a{ x =~ '5..' , y!='2', } > a{x=~\"5..\",y!=\"2\"}",
        "a{x=\"say \\\"hi\\\"\"} > a{x=\"say \\\"hi\\\"\"}",
        "a{x=~`\\d+`} > a{x=~\"\\\\d+\"}"
      })
  void plainSelector_isKept(String text, String canonical) {
    assertThat(Selector.parse(text)).hasToString(canonical);
    assertThat(Selector.parse(canonical)).isEqualTo(Selector.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "rate(istio_requests_total[1m])",
        "istio_requests_total[5m]",
        "istio_requests_total offset 5m",
        "istio_requests_total + 1",
        "{__name__=\"a\"}",
        "a{x=5}",
        "a{x=\"5\"",
        "a{x=\"5}",
        "a{x\"5\"}",
        "a{x=\"1\" y=\"2\"}",
        "a{x=\"{{candidate.pods}}\"} or up",
        "a{x=\"\\d\"}",
        "9a"
      })
  void anythingElse_isRefusedWithAWayOut(String text) {
    assertThatThrownBy(() -> Selector.parse(text))
        .isInstanceOf(NotASelector.class)
        .hasMessageContaining("name{label=\"value\"}");
  }

  @Test
  void matcherOfTheArms_cannotBreakOut() {
    var selector = Selector.parse("a").and("x", "=", "\"} or up{y=\"");
    assertThat(selector).hasToString("a{x=\"\\\"} or up{y=\\\"\"}");
  }
}
