package dev.palinode.gitwriter.forge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.CredentialSource;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Passage;
import dev.palinode.gitwriter.Repository;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * JSON over HTTP with one host on behalf of one repository: credentials renewed once when they are
 * refused, pauses kept that the host asked for, a deadline over the whole answer. Never follows a
 * redirect, which could carry the credentials elsewhere.
 */
final class ForgeHttp {
  /**
   * @param deadline of one request with its answer
   * @param rest how long a host that failed again and again is left alone
   */
  record Timing(Duration deadline, Duration rest) {
    static final Timing USUAL = new Timing(Duration.ofSeconds(20), Duration.ofSeconds(30));
  }

  /**
   * How one kind of host wants to be spoken to.
   *
   * @param headers of every request
   */
  record Manner(Credentials.Scheme scheme, Map<String, String> headers) {
    Manner {
      headers = Map.copyOf(headers);
    }
  }

  private static final int MAX_BYTES = 8 << 20;
  private static final int MAX_REMEMBERED = 64;
  private static final int TOLERATED_FAILURES = 5;

  private final URI api;
  private final Manner manner;
  private final Repository repository;
  private final CredentialSource credentials;
  private final Timing timing;
  private final InstantSource clock;
  private final ForgeListener listener;
  private final HttpClients clients;
  private final CircuitBreaker breaker;
  private final AtomicReference<Instant> pausedUntil = new AtomicReference<>(Instant.MIN);
  private final Map<String, Tagged> remembered =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Tagged> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };

  /** An answer that the host may confirm by its tag, which most do not count as a request. */
  private record Tagged(String tag, JsonNode body) {}

  ForgeHttp(
      URI api,
      Manner manner,
      Repository repository,
      CredentialSource credentials,
      Timing timing,
      HttpClients clients,
      InstantSource clock,
      ForgeListener listener) {
    this.api = api;
    this.manner = manner;
    this.repository = repository;
    this.credentials = credentials;
    this.timing = timing;
    this.clock = clock;
    this.listener = listener;
    this.clients = clients;
    this.breaker =
        CircuitBreaker.of(
            place(),
            CircuitBreakerConfig.custom()
                .slidingWindowSize(TOLERATED_FAILURES)
                .minimumNumberOfCalls(TOLERATED_FAILURES)
                .failureRateThreshold(100)
                .waitDurationInOpenState(timing.rest())
                .permittedNumberOfCallsInHalfOpenState(1)
                .build());
  }

  /** Host and port, for messages. */
  String place() {
    return api.getAuthority();
  }

  Answer<JsonNode> get(String path) {
    return ask("GET", path, null);
  }

  Answer<JsonNode> post(String path, @Nullable JsonNode body) {
    return ask("POST", path, body);
  }

  Answer<JsonNode> put(String path, JsonNode body) {
    return ask("PUT", path, body);
  }

  Answer<JsonNode> patch(String path, JsonNode body) {
    return ask("PATCH", path, body);
  }

  private Answer<JsonNode> ask(String method, String path, @Nullable JsonNode body) {
    Answer<JsonNode> answer =
        switch (credentials.forRepository(repository)) {
          case Observed.Known<Credentials>(var found) -> ask(method, path, body, found);
          case Observed.Missing<Credentials> _ ->
              new Answer.Unauthorised<>(
                  "there are no credentials for " + repository + ": see credentialsRef");
          case Observed.Unreadable<Credentials>(var reason) ->
              new Answer.Unreachable<>("the credentials could not be read: " + reason);
        };
    listener.answered(place(), answer.getClass().getSimpleName());
    return answer;
  }

  private Answer<JsonNode> ask(
      String method, String path, @Nullable JsonNode body, Credentials found) {
    Exchange first = exchange(method, path, body, found);
    if (first.status() != 401) {
      return first.answer();
    }
    return switch (credentials.renew(repository, found)) {
      case Observed.Known<Credentials>(var renewed) ->
          renewed.authorization().equals(found.authorization())
              ? first.answer()
              : exchange(method, path, body, renewed).answer();
      case Observed.Missing<Credentials> _, Observed.Unreadable<Credentials> _ -> first.answer();
    };
  }

  /**
   * @param status 0 if there was none
   */
  private record Exchange(int status, Answer<JsonNode> answer) {
    static Exchange none(Answer<JsonNode> answer) {
      return new Exchange(0, answer);
    }
  }

  private Exchange exchange(
      String method, String path, @Nullable JsonNode body, Credentials shown) {
    Instant now = clock.instant();
    Instant until = pausedUntil.get();
    if (now.isBefore(until)) {
      Duration left = Duration.between(now, until);
      return Exchange.none(
          new Answer.RetryAfter<>(
              left, "%s wants to be asked again in %d s".formatted(place(), left.toSeconds() + 1)));
    }
    if (!breaker.tryAcquirePermission()) {
      return Exchange.none(
          new Answer.Unreachable<>(
              "%s was not asked, since its last answers failed".formatted(place())));
    }
    Exchange done = send(request(method, path, body, shown), method, path, shown);
    if (done.answer() instanceof Answer.Unreachable<JsonNode>) {
      breaker.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException("unreachable"));
    } else {
      breaker.onSuccess(0, TimeUnit.NANOSECONDS);
    }
    if (done.answer() instanceof Answer.RetryAfter<JsonNode>(var wait, var _)) {
      pausedUntil.accumulateAndGet(now.plus(wait), (a, b) -> a.isAfter(b) ? a : b);
    }
    return done;
  }

  private HttpRequest request(
      String method, String path, @Nullable JsonNode body, Credentials shown) {
    String base = api.toString();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    (base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path))
            .header("Accept", "application/json")
            .header("User-Agent", "palinode")
            .method(
                method,
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString()));
    if (body != null) {
      request.header("Content-Type", "application/json");
    }
    manner.headers().forEach(request::setHeader);
    shown.authorization(manner.scheme()).ifPresent(value -> request.header("Authorization", value));
    // The JDK sends it to the proxy alone.
    shown
        .passage()
        .proxy()
        .flatMap(Passage.Proxy::login)
        .ifPresent(login -> request.header("Proxy-Authorization", login.header()));
    remembered(method, path).ifPresent(known -> request.header("If-None-Match", known.tag()));
    return request.build();
  }

  /** The deadline holds for the body as well, which a request's own timeout does not cover. */
  private Exchange send(HttpRequest request, String method, String path, Credentials shown) {
    var pending =
        clients
            .of(shown.passage())
            .sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BYTES));
    try {
      HttpResponse<byte[]> response =
          pending.get(timing.deadline().toNanos(), TimeUnit.NANOSECONDS);
      return heard(response, method, path, shown);
    } catch (TimeoutException e) {
      pending.cancel(true);
      return Exchange.none(
          new Answer.Unreachable<>(
              "%s gave no answer within %s s"
                  .formatted(place(), timing.deadline().toMillis() / 1e3)));
    } catch (ExecutionException e) {
      return Exchange.none(
          new Answer.Unreachable<>(
              "%s cannot be reached (%s)".formatted(place(), Wire.reason(e, shown))));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Exchange.none(new Answer.Unreachable<>("stopped while asking " + place()));
    }
  }

  private Exchange heard(
      HttpResponse<byte[]> response, String method, String path, Credentials shown) {
    response
        .headers()
        .firstValue("x-ratelimit-remaining")
        .or(() -> response.headers().firstValue("ratelimit-remaining"))
        .filter(text -> text.strip().matches("\\d{1,9}"))
        .ifPresent(text -> listener.remaining(place(), Long.parseLong(text.strip())));
    Optional<Tagged> known = remembered(method, path);
    if (response.statusCode() == 304 && known.isPresent()) {
      return new Exchange(304, Answer.done(known.get().body()));
    }
    // A proxy that refuses to tunnel leaves none.
    byte[] content = Optional.<byte[]>ofNullable(response.body()).orElse(new byte[0]);
    Reply reply = new Reply(response.statusCode(), response.headers(), content);
    Answer<JsonNode> answer = reply.meaning(place(), shown, clock.instant());
    if (method.equals("GET") && answer instanceof Answer.Done<JsonNode>(var body)) {
      response.headers().firstValue("etag").ifPresent(tag -> remember(path, new Tagged(tag, body)));
    }
    return new Exchange(response.statusCode(), answer);
  }

  private Optional<Tagged> remembered(String method, String path) {
    synchronized (remembered) {
      return method.equals("GET") ? Optional.ofNullable(remembered.get(path)) : Optional.empty();
    }
  }

  private void remember(String path, Tagged answer) {
    synchronized (remembered) {
      remembered.put(path, answer);
    }
  }
}
