package dev.palinode.analysis.providers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.analysis.Answer;
import dev.palinode.analysis.Counted;
import dev.palinode.analysis.Inquiry;
import dev.palinode.analysis.Provider;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.http.Asker;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Optional;

/**
 * Any service that is sent {@code {"canary", "namespace", "service", "metric", "arm": "candidate"
 * or "stable", "pods": […], "from", "to"}}, times as of RFC 3339, with the template's own words
 * beside them, and says {@code {"value": n}}, or {@code {"bad": n, "total": n}} for the time asked
 * about. A question may be sent twice.
 */
final class WebhookProvider implements Provider {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String canary;
  private final URI url;
  private final Asker asker;
  private final Token token;

  WebhookProvider(String canary, URI url, Asker asker, Token token) {
    this.canary = canary;
    this.url = url;
    this.asker = asker;
    this.token = token;
  }

  /** {@code null} and NaN, a text, are nothing there and no number. */
  @Override
  public Answer<List<Sample>> value(Inquiry inquiry) {
    return JsonReply.read(
        asker,
        asker.ask(() -> request(inquiry)),
        tree -> {
          JsonNode value = tree.path("value");
          if (value.isNumber()) {
            return new Answer.Known<>(List.of(new Sample(inquiry.to(), value.doubleValue())));
          }
          if (value.asText().equals("NaN")) {
            return new Answer.Known<>(List.of(new Sample(inquiry.to(), Double.NaN)));
          }
          return value.isNull()
              ? new Answer.Known<>(List.of())
              : JsonReply.malformed(asker, "{\"value\": number} expected in the answer");
        });
  }

  /** Both {@code null} is nothing there. */
  @Override
  public Answer<Optional<Counted>> counts(Inquiry inquiry) {
    return JsonReply.read(
        asker,
        asker.ask(() -> request(inquiry)),
        tree -> {
          JsonNode bad = tree.path("bad");
          JsonNode total = tree.path("total");
          if (bad.isNull() && total.isNull()) {
            return new Answer.Known<>(Optional.empty());
          }
          if (!isWhole(bad) || !isWhole(total)) {
            return JsonReply.malformed(
                asker, "{\"bad\": whole number, \"total\": whole number} expected in the answer");
          }
          return bad.longValue() < 0 || bad.longValue() > total.longValue()
              ? new Answer.Refused<>(
                  "%s counts %d bad ones among %d; correct the webhook"
                      .formatted(asker.who(), bad.longValue(), total.longValue()))
              : new Answer.Known<>(Optional.of(new Counted(bad.longValue(), total.longValue())));
        });
  }

  private static boolean isWhole(JsonNode value) {
    return value.isNumber()
        && value.canConvertToLong()
        && value.doubleValue() == Math.rint(value.doubleValue());
  }

  private HttpRequest request(Inquiry inquiry) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body(inquiry)));
    token.sign(request, url);
    return request.build();
  }

  private String body(Inquiry inquiry) {
    ObjectNode node = JSON.createObjectNode();
    inquiry.filled().forEach(node::put);
    node.put("canary", canary)
        .put("namespace", inquiry.arms().serviceNamespace())
        .put("service", inquiry.arms().serviceName())
        .put("metric", inquiry.metric())
        .put("arm", inquiry.candidate() ? "candidate" : "stable")
        .put("from", inquiry.from().toString())
        .put("to", inquiry.to().toString());
    ArrayNode pods = node.putArray("pods");
    inquiry.pods().forEach(pods::add);
    try {
      return JSON.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("plain values are always JSON", e);
    }
  }
}
