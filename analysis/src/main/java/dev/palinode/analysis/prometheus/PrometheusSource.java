package dev.palinode.analysis.prometheus;

import dev.palinode.analysis.Answer;
import dev.palinode.analysis.MetricSource;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.Series;
import dev.palinode.analysis.http.Asker;
import dev.palinode.analysis.http.AskingListener;
import dev.palinode.analysis.prometheus.PrometheusAnswer.Malformed;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/**
 * Asks Prometheus, or anything that speaks its API, by {@code POST /api/v1/query} and, for the past
 * before a rollout, {@code query_range}. Every failure comes back as an {@link Answer}; none of its
 * texts holds a credential. Never follows a redirect, which could carry the credential elsewhere.
 */
public final class PrometheusSource implements MetricSource, AutoCloseable {
  private static final int LONGEST_WORDS = 300;

  private final PrometheusSettings settings;
  private final HttpClient client;
  private final Asker asker;

  public PrometheusSource(PrometheusSettings settings) {
    this(settings, AskingListener.NONE);
  }

  public PrometheusSource(PrometheusSettings settings, AskingListener listener) {
    this.settings = settings;
    HttpClient.Builder client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(settings.deadline())
            .followRedirects(HttpClient.Redirect.NEVER);
    settings.authority().map(CertificateFile::trusting).ifPresent(client::sslContext);
    this.client = client.build();
    this.asker =
        new Asker(
            "Prometheus",
            settings.url().getAuthority(),
            this.client,
            settings.patience(),
            listener);
  }

  @Override
  public Answer<List<Series>> samples(String selector, Instant end, Duration window) {
    return ask(
        selector + '[' + window.toMillis() + "ms]",
        end,
        answer ->
            answer.resultType().equals("matrix")
                ? raw(answer.result())
                : new Answer.Unreadable<>(
                    odd("raw samples were asked for, not a " + answer.resultType())));
  }

  /** VictoriaMetrics sends its markers of ended series along, as values that are no numbers. */
  private Answer<List<Series>> raw(List<Series> all) {
    if (settings.dialect() != Dialect.VICTORIAMETRICS) {
      return new Answer.Known<>(all);
    }
    if (all.stream().anyMatch(s -> s.labels().containsKey("vmrange"))) {
      return new Answer.Refused<>(
          "these are VictoriaMetrics' vmrange buckets, which differ from pod to pod; let the pods"
              + " expose buckets with the label le");
    }
    return new Answer.Known<>(
        all.stream()
            .map(s ->
                new Series(
                    s.labels(),
                    s.samples().stream().filter(x -> !Double.isNaN(x.value())).toList(),
                    s.histograms()))
            .filter(s -> !s.samples().isEmpty() || !s.histograms().isEmpty())
            .toList());
  }

  @Override
  public Answer<List<Series>> range(String query, Instant from, Instant to, Duration step) {
    String moments =
        "start=%s&end=%s&step=%s"
            .formatted(seconds(from), seconds(to), seconds(Instant.EPOCH.plus(step)));
    return ask(
        settings.queryRange(),
        query,
        moments,
        answer ->
            answer.resultType().equals("matrix")
                ? new Answer.Known<>(answer.result())
                : new Answer.Unreadable<>(
                    odd("a range was asked for, not a " + answer.resultType())));
  }

  private static String seconds(Instant at) {
    return BigDecimal.valueOf(at.toEpochMilli(), 3).toPlainString();
  }

  @Override
  public Answer<List<Sample>> instant(String query, Instant at) {
    return ask(
        query,
        at,
        answer ->
            switch (answer.resultType()) {
              case "scalar", "vector" -> plain(answer.result());
              default ->
                  new Answer.Refused<>(
                      "the query gives a %s; make it one number, for example with sum(rate(…[1m]))"
                          .formatted(answer.resultType()));
            });
  }

  private <T> Answer<T> ask(String query, Instant at, Function<PrometheusAnswer, Answer<T>> use) {
    return ask(settings.query(), query, "time=" + seconds(at), use);
  }

  private static Answer<List<Sample>> plain(List<Series> rows) {
    return rows.stream().anyMatch(s -> s.samples().isEmpty())
        ? new Answer.Refused<>(
            "the query gives native histograms; make it one number, for example with"
                + " histogram_quantile(0.99, …) or histogram_count(…)")
        : new Answer.Known<>(rows.stream().map(s -> s.samples().getFirst()).toList());
  }

  private <T> Answer<T> ask(
      URI url, String query, String moments, Function<PrometheusAnswer, Answer<T>> use) {
    return switch (asker.ask(() -> request(url, query, moments))) {
      case Asker.Reply.Answered(var status, var body) -> read(status, body, use);
      case Asker.Reply.Silent(var reason) -> new Answer.Unreadable<>(reason);
    };
  }

  private HttpRequest request(URI url, String query, String moments) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "query=%s&%s&timeout=%dms%s"
                        .formatted(
                            URLEncoder.encode(query, StandardCharsets.UTF_8),
                            moments,
                            settings.deadline().toMillis(),
                            settings.dialect().parameters())));
    settings.credential().header().ifPresent(value -> request.header("Authorization", value));
    settings.tenant().ifPresent(name -> request.header("X-Scope-OrgID", name));
    return request.build();
  }

  private <T> Answer<T> read(int status, byte[] body, Function<PrometheusAnswer, Answer<T>> use) {
    if (status == 401 || status == 403) {
      return new Answer.Unreadable<>(
          "%s refuses the credential (%d); see its token or password"
              .formatted(asker.who(), status));
    }
    try {
      PrometheusAnswer answer = PrometheusAnswer.parse(body);
      if (!answer.warnings().isEmpty()) {
        return new Answer.Unreadable<>(
            odd("its answer may be incomplete: " + words(answer.warnings().getFirst())));
      }
      if (answer.partial()) {
        return new Answer.Unreadable<>(odd("its answer is partial; see whether all storage is up"));
      }
      return switch (answer.status()) {
        case "success" ->
            status == 200
                ? use.apply(answer)
                : new Answer.Unreadable<>(odd("status %d".formatted(status)));
        default -> failed(answer);
      };
    } catch (Malformed e) {
      return new Answer.Unreadable<>(
          odd(
              status == 200
                  ? String.valueOf(e.getMessage())
                  : "status %d; is this the url of a Prometheus?".formatted(status)));
    }
  }

  private <T> Answer<T> failed(PrometheusAnswer answer) {
    return settings.dialect().blamesQuery(answer.errorType(), answer.error())
        ? new Answer.Refused<>(
            "Prometheus refuses the query: %s; correct it in the AnalysisTemplate"
                .formatted(words(answer.error())))
        : new Answer.Unreadable<>(
            odd("%s: %s".formatted(answer.errorType(), words(answer.error()))));
  }

  private String odd(String what) {
    return asker.who() + ": " + what;
  }

  private static String words(String text) {
    return text.length() <= LONGEST_WORDS ? text : text.substring(0, LONGEST_WORDS) + "…";
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }
}
