package dev.palinode.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class QueryTemplateTest {
  @Test
  void everyPlaceholder_isFilled() {
    String text =
        "{{candidate.pods}} {{stable.pods}} {{ candidate.revision }} {{service.name}}"
            + " {{service.namespace}}";
    assertThat(QueryTemplate.fill(text, Shop.ARMS))
        .isEqualTo(
            "checkout-7f9c2d41-aa checkout-55d6-aa|checkout-55d6-bb|checkout-55d6-cc 7f9c2d41"
                + " checkout shop");
  }

  @Test
  void podsAsAPattern_areInBracesIfTheyAreSeveral() {
    assertThat(QueryTemplate.pattern("a.{{candidate.pods}}.{{stable.pods}}", Shop.ARMS))
        .isEqualTo("a.checkout-7f9c2d41-aa.{checkout-55d6-aa,checkout-55d6-bb,checkout-55d6-cc}");
    Arms nobody = new Arms("shop", "checkout", "x", "checkout-x-", List.of(), List.of());
    assertThat(QueryTemplate.pattern("a.{{candidate.pods}}", nobody)).isEqualTo("a.-");
  }

  @Test
  void noPods_matchNoPod() {
    Arms arms = new Arms("shop", "checkout", "x", "checkout-x-", List.of(), List.of());
    assertThat(QueryTemplate.fill("{pod=~\"{{candidate.pods}}\"}", arms)).isEqualTo("{pod=~\"-\"}");
  }

  @Test
  void dotInAName_isNoWildcard() {
    Arms arms = new Arms("shop", "a", "x", "a-x-", List.of("a-x-1.b"), List.of());
    assertThat(QueryTemplate.fill("{{candidate.pods}}", arms)).isEqualTo("a-x-1[.]b");
  }

  @Test
  void nameThatIsNone_isRefused() {
    assertThatThrownBy(
            () -> new Arms("shop", "a", "x", "a-x-", List.of("a\"} or up{x=\""), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void unknownPlaceholder_isAProblemThatNamesTheKnown() {
    assertThat(QueryTemplate.problems("up{pod=~\"{{canary.pods}}\"}"))
        .singleElement()
        .asString()
        .contains("{{canary.pods}}", "{{candidate.pods}}");
    assertThat(QueryTemplate.problems("up{pod=~\"{{candidate.pods\"}")).hasSize(1);
    assertThat(QueryTemplate.problems("up{pod=~\"{{candidate.pods}}\"}")).isEmpty();
  }
}
