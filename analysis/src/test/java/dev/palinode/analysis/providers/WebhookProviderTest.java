package dev.palinode.analysis.providers;

import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.analysis.Answer;
import dev.palinode.analysis.Counted;
import dev.palinode.crds.MetricProvider;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookProviderTest extends ProviderContract {
  @Override
  MetricProvider spec(String url) {
    return new MetricProvider(new MetricProvider.Webhook(url), null);
  }

  @Override
  String body(String value) {
    return "{\"value\":%s}".formatted(value);
  }

  @Override
  String nothing() {
    return body("null");
  }

  private Answer<Optional<Counted>> counted(String body) {
    answers(okJson(body));
    return provider()
        .counts(inquiry(false, Map.of("bad", "refused by {{stable.pods}}", "total", "tried")));
  }

  @Test
  void question_saysWhoAndWhen() {
    asked();
    server.verify(
        postRequestedFor(urlEqualTo("/numbers"))
            .withRequestBody(
                equalToJson(
                    """
                    {"canary": "checkout", "namespace": "shop", "service": "checkout",
                     "metric": "depth", "arm": "candidate", "pods": ["checkout-7f9c2d41-aa"],
                     "from": "2026-03-01T11:59:45Z", "to": "2026-03-01T12:00:00Z",
                     "query": "depth.checkout-7f9c2d41-aa"}
                    """)));
  }

  @Test
  void counts_areAskedForAnArmInAWindow() {
    assertThat(counted("{\"bad\":2,\"total\":300}"))
        .isEqualTo(new Answer.Known<>(Optional.of(new Counted(2, 300))));
    server.verify(
        postRequestedFor(urlEqualTo("/numbers"))
            .withRequestBody(
                equalToJson(
                    """
                    {"canary": "checkout", "namespace": "shop", "service": "checkout",
                     "metric": "depth", "arm": "stable",
                     "pods": ["checkout-55d6-aa", "checkout-55d6-bb"],
                     "from": "2026-03-01T11:59:45Z", "to": "2026-03-01T12:00:00Z",
                     "bad": "refused by checkout-55d6-aa|checkout-55d6-bb", "total": "tried"}
                    """)));
  }

  @Test
  void noCounts_areKnownToBeNone() {
    assertThat(counted("{\"bad\":null,\"total\":null}"))
        .isEqualTo(new Answer.Known<>(Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"bad\":5,\"total\":4}", "{\"bad\":-1,\"total\":4}"})
  void countsThatCannotBe_areRefused(String body) {
    assertThat(counted(body))
        .isInstanceOfSatisfying(
            Answer.Refused.class, a -> assertThat(a.reason()).contains("correct the webhook"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"bad\":1}",
        "{\"bad\":1.5,\"total\":4}",
        "{\"bad\":\"1\",\"total\":\"4\"}",
        "{\"bad\":1,\"total\":1e300}",
        "{\"value\":1}",
        "[]"
      })
  void otherCounts_areUnreadable(String body) {
    assertThat(counted(body)).isInstanceOf(Answer.Unreadable.class);
  }
}
