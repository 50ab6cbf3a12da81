package dev.palinode.analysis.providers;

import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.analysis.Answer;
import dev.palinode.analysis.Sample;
import dev.palinode.crds.MetricProvider;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bodies as in Graphite's documentation of the render API. */
class GraphiteProviderTest extends ProviderContract {
  @Override
  MetricProvider spec(String url) {
    return new MetricProvider(null, new MetricProvider.Graphite(url));
  }

  @Override
  String body(String value) {
    return "[{\"target\":\"depth\",\"datapoints\":[[1.0,%d],[%s,%d]]}]"
        .formatted(AT.getEpochSecond() - 60, value, AT.getEpochSecond());
  }

  @Override
  String nothing() {
    return "[{\"target\":\"depth\",\"datapoints\":[[null,%d]]}]".formatted(AT.getEpochSecond());
  }

  @Test
  void target_isPostedWithPodsAsAPattern() {
    answers(okJson("[]"));
    assertThat(provider().value(inquiry(false, Map.of("gauge", "pods.{{stable.pods}}.depth"))))
        .isEqualTo(new Answer.Known<>(List.of()));
    server.verify(
        postRequestedFor(urlEqualTo("/numbers/render"))
            .withFormParam("target", equalTo("pods.{checkout-55d6-aa,checkout-55d6-bb}.depth"))
            .withFormParam("format", equalTo("json"))
            .withFormParam("from", equalTo("1772366100"))
            .withFormParam("until", equalTo("1772366400")));
    provider().value(inquiry(true, Map.of("gauge", "pods.{{candidate.pods}}.depth")));
    server.verify(
        postRequestedFor(urlEqualTo("/numbers/render"))
            .withFormParam("target", equalTo("pods.checkout-7f9c2d41-aa.depth")));
  }

  @Test
  void lastValueThatIsThere_counts() {
    answers(
        okJson(
            "[{\"target\":\"depth\",\"datapoints\":[[1,%d],[2,%d],[null,%d],[9,%d]]}]"
                .formatted(
                    AT.getEpochSecond() - 20,
                    AT.getEpochSecond() - 10,
                    AT.getEpochSecond(),
                    AT.getEpochSecond() + 10)));
    assertThat(asked()).isEqualTo(new Answer.Known<>(List.of(new Sample(AT.minusSeconds(10), 2))));
  }

  @Test
  void severalTargets_areSeveralValues() {
    String target = body("7").substring(1, body("7").length() - 1);
    answers(okJson("[" + target + "," + target + "]"));
    assertThat(asked())
        .isEqualTo(new Answer.Known<>(List.of(new Sample(AT, 7), new Sample(AT, 7))));
  }

  @Test
  void counts_areRefused() {
    assertThat(provider().counts(inquiry(true, Map.of("bad", "a", "total", "b"))))
        .isInstanceOf(Answer.Refused.class);
  }
}
