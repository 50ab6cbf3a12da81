package dev.palinode.analysis.providers;

import com.fasterxml.jackson.databind.JsonNode;
import dev.palinode.analysis.Answer;
import dev.palinode.analysis.Counted;
import dev.palinode.analysis.Inquiry;
import dev.palinode.analysis.Provider;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.http.Asker;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Graphite's render API: {@code /render?target=…&from=…&until=…&format=json} answers {@code
 * [{"target": "…", "datapoints": [[value or null, seconds], …]}]}. The value of a moment is the
 * last one of the minutes before it that is not null.
 */
final class GraphiteProvider implements Provider {
  /** As far as Prometheus looks back for the value of a moment. */
  private static final Duration LOOK_BACK = Duration.ofMinutes(5);

  private final URI url;
  private final Asker asker;
  private final Token token;

  GraphiteProvider(URI url, Asker asker, Token token) {
    String base = url.toString();
    this.url = URI.create((base.endsWith("/") ? base : base + "/") + "render");
    this.asker = asker;
    this.token = token;
  }

  @Override
  public Answer<List<Sample>> value(Inquiry inquiry) {
    return JsonReply.read(
        asker,
        asker.ask(() -> request(inquiry.pattern(), inquiry.to())),
        tree -> tree.isArray() ? last(tree, inquiry.to()) : unlike());
  }

  private Answer<List<Sample>> last(JsonNode targets, Instant to) {
    List<Sample> values = new ArrayList<>();
    for (JsonNode target : targets) {
      Optional<Sample> last = Optional.empty();
      for (JsonNode point : target.path("datapoints")) {
        if (point.size() != 2
            || !(point.get(0).isNumber() || point.get(0).isNull())
            || !point.get(1).isNumber()) {
          return unlike();
        }
        Instant at = Instant.ofEpochSecond(point.get(1).longValue());
        if (point.get(0).isNumber() && !at.isAfter(to) && at.isAfter(to.minus(LOOK_BACK))) {
          last = Optional.of(new Sample(at, point.get(0).doubleValue()));
        }
      }
      if (!target.path("datapoints").isArray()) {
        return unlike();
      }
      last.ifPresent(values::add);
    }
    return new Answer.Known<>(List.copyOf(values));
  }

  private Answer<List<Sample>> unlike() {
    return JsonReply.malformed(asker, "a list of targets with datapoints expected in the answer");
  }

  @Override
  public Answer<Optional<Counted>> counts(Inquiry inquiry) {
    return new Answer.Refused<>("Graphite counts no requests; use a query or a gauge");
  }

  private HttpRequest request(String target, Instant to) {
    String form =
        "target=%s&from=%d&until=%d&format=json"
            .formatted(
                URLEncoder.encode(target, StandardCharsets.UTF_8),
                to.minus(LOOK_BACK).getEpochSecond(),
                to.getEpochSecond());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(form));
    token.sign(request, url);
    return request.build();
  }
}
