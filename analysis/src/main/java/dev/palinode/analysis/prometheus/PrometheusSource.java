package dev.palinode.analysis.prometheus;

import dev.palinode.analysis.Answer;
import dev.palinode.analysis.MetricSource;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.Series;
import dev.palinode.analysis.prometheus.PrometheusAnswer.Malformed;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Prometheus, or anything that speaks its API, by {@code POST /api/v1/query} and, for the past
 * before a rollout, {@code query_range}. Every failure comes back as an {@link Answer}; none of its
 * texts holds a credential. Never follows a redirect, which could carry the credential elsewhere.
 */
public final class PrometheusSource implements MetricSource, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PrometheusSource.class);
  private static final int LONGEST_WORDS = 300;

  /** Worth another attempt, and a mark against the store. */
  private static final class Unavailable extends Exception {
    private static final long serialVersionUID = 1;
    private final boolean worthRepeating;

    Unavailable(String message, boolean worthRepeating) {
      super(message);
      this.worthRepeating = worthRepeating;
    }
  }

  private final PrometheusSettings settings;
  private final String place;
  private final HttpClient client;
  private final Retry retry;
  private final CircuitBreaker breaker;

  public PrometheusSource(PrometheusSettings settings) {
    this.settings = settings;
    this.place = settings.url().getAuthority();
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(settings.deadline())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    this.retry =
        Retry.of(
            "prometheus",
            RetryConfig.custom()
                .maxAttempts(settings.attempts())
                .intervalFunction(IntervalFunction.of(settings.pause()))
                .retryOnException(e -> e instanceof Unavailable u && u.worthRepeating)
                .build());
    this.breaker =
        CircuitBreaker.of(
            "prometheus",
            CircuitBreakerConfig.custom()
                .slidingWindowSize(5)
                .minimumNumberOfCalls(5)
                .failureRateThreshold(100)
                .waitDurationInOpenState(settings.rest())
                .permittedNumberOfCallsInHalfOpenState(1)
                .recordException(Unavailable.class::isInstance)
                .build());
    breaker
        .getEventPublisher()
        .onStateTransition(
            e -> log.info("Prometheus at {}: {}", place, e.getStateTransition().getToState()));
  }

  @Override
  public Answer<List<Series>> samples(String selector, Instant end, Duration window) {
    return ask(
        selector + '[' + window.toMillis() + "ms]",
        end,
        answer ->
            answer.resultType().equals("matrix")
                ? new Answer.Known<>(answer.result())
                : new Answer.Unreadable<>(
                    odd("raw samples were asked for, not a " + answer.resultType())));
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
              case "scalar", "vector" ->
                  new Answer.Known<>(
                      answer.result().stream().map(s -> s.samples().getFirst()).toList());
              default ->
                  new Answer.Refused<>(
                      "the query gives a %s; make it one number, for example with sum(rate(…[1m]))"
                          .formatted(answer.resultType()));
            });
  }

  private <T> Answer<T> ask(String query, Instant at, Function<PrometheusAnswer, Answer<T>> use) {
    return ask(settings.query(), query, "time=" + seconds(at), use);
  }

  private <T> Answer<T> ask(
      URI url, String query, String moments, Function<PrometheusAnswer, Answer<T>> use) {
    long deadline = System.nanoTime() + settings.deadline().toNanos();
    try {
      HttpRequest request = request(url, query, moments);
      HttpResponse<byte[]> reply =
          breaker.executeCallable(() -> retry.executeCallable(() -> send(request, deadline)));
      return read(reply, use);
    } catch (CallNotPermittedException e) {
      return new Answer.Unreadable<>(
          "Prometheus at %s was not asked, since its last answers failed".formatted(place));
    } catch (Unavailable e) {
      return new Answer.Unreadable<>(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer.Unreadable<>("stopped while asking Prometheus");
    } catch (Exception e) {
      log.warn("Asking Prometheus at {} failed: {}", place, e.getClass().getName());
      return new Answer.Unreadable<>(
          "Prometheus at %s could not be asked (%s)"
              .formatted(place, e.getClass().getSimpleName()));
    }
  }

  private HttpRequest request(URI url, String query, String moments) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "query=%s&%s&timeout=%dms"
                        .formatted(
                            URLEncoder.encode(query, StandardCharsets.UTF_8),
                            moments,
                            settings.deadline().toMillis())));
    settings.credential().header().ifPresent(value -> request.header("Authorization", value));
    return request.build();
  }

  /** The deadline holds for the body as well, which a request's own timeout does not cover. */
  private HttpResponse<byte[]> send(HttpRequest request, long deadline)
      throws Unavailable, InterruptedException {
    var pending =
        client.sendAsync(
            request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), settings.maxBytes()));
    try {
      HttpResponse<byte[]> response =
          pending.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (response.statusCode() >= 500 || response.statusCode() == 429) {
        throw new Unavailable(
            "Prometheus at %s answered %d".formatted(place, response.statusCode()), true);
      }
      return response;
    } catch (TimeoutException e) {
      pending.cancel(true);
      throw new Unavailable(
          "Prometheus at %s gave no answer within %s s"
              .formatted(place, settings.deadline().toMillis() / 1e3),
          false);
    } catch (ExecutionException e) {
      throw unavailable(e.getCause());
    }
  }

  private Unavailable unavailable(@Nullable Throwable cause) {
    boolean large = String.valueOf(cause).contains("exceeds capacity");
    return large
        ? new Unavailable(
            "the answer of Prometheus at %s is larger than %d MiB; narrow the selector"
                .formatted(place, settings.maxBytes() >> 20),
            false)
        : new Unavailable(
            "Prometheus at %s cannot be reached (%s)"
                .formatted(place, cause == null ? "unknown" : cause.getClass().getSimpleName()),
            cause instanceof IOException);
  }

  private <T> Answer<T> read(
      HttpResponse<byte[]> reply, Function<PrometheusAnswer, Answer<T>> use) {
    if (reply.statusCode() == 401 || reply.statusCode() == 403) {
      return new Answer.Unreadable<>(
          "Prometheus at %s refuses the credential (%d); see its token or password"
              .formatted(place, reply.statusCode()));
    }
    try {
      PrometheusAnswer answer = PrometheusAnswer.parse(reply.body());
      if (!answer.warnings().isEmpty()) {
        return new Answer.Unreadable<>(
            odd("its answer may be incomplete: " + words(answer.warnings().getFirst())));
      }
      return switch (answer.status()) {
        case "success" ->
            reply.statusCode() == 200
                ? use.apply(answer)
                : new Answer.Unreadable<>(odd("status %d".formatted(reply.statusCode())));
        default -> failed(answer);
      };
    } catch (Malformed e) {
      return new Answer.Unreadable<>(
          odd(
              reply.statusCode() == 200
                  ? String.valueOf(e.getMessage())
                  : "status %d; is this the url of a Prometheus?".formatted(reply.statusCode())));
    }
  }

  /** What the query itself is to blame for stays so however often it is asked. */
  private <T> Answer<T> failed(PrometheusAnswer answer) {
    return switch (answer.errorType()) {
      case "bad_data", "execution" ->
          new Answer.Refused<>(
              "Prometheus refuses the query: %s; correct it in the AnalysisTemplate"
                  .formatted(words(answer.error())));
      default ->
          new Answer.Unreadable<>(
              odd("%s: %s".formatted(answer.errorType(), words(answer.error()))));
    };
  }

  private String odd(String what) {
    return "Prometheus at %s: %s".formatted(place, what);
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
