package dev.palinode.analysis.http;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks one server over HTTP. A question takes no longer than its deadline, its body included; after
 * several failures in a row nobody is kept waiting: the server is left alone, then tried by one
 * question. Every failure comes back as a {@link Reply}; none of its texts holds a credential or
 * anything that the server sent. The client that is given must not follow redirects, which could
 * carry the credential elsewhere.
 */
public final class Asker {
  private static final Logger log = LoggerFactory.getLogger(Asker.class);

  /** So many failures in a row, and the server is left alone. */
  private static final int FAILURES = 5;

  /**
   * How patient it is.
   *
   * @param deadline for one question, repeats included
   * @param maxBytes largest answer that is read
   * @param attempts how often a question is sent before it counts as failed
   * @param pause between two attempts
   * @param rest how long nothing is asked after several failures in a row
   */
  public record Patience(
      Duration deadline, long maxBytes, int attempts, Duration pause, Duration rest) {
    public Patience {
      if (!deadline.isPositive() || maxBytes <= 0 || attempts < 1) {
        throw new IllegalArgumentException("deadline, size and attempts must be above zero");
      }
    }
  }

  /** What came of a question. */
  public sealed interface Reply {
    /** The server's own answer; its status is none of 429 and 5xx. */
    record Answered(int status, byte[] body) implements Reply {}

    /** No answer, and why not, fit for a person. */
    record Silent(String reason) implements Reply {}
  }

  /** A mark against the server, and maybe worth another attempt. */
  private static final class Unavailable extends Exception {
    private static final long serialVersionUID = 1;
    private final boolean worthRepeating;

    Unavailable(String message, boolean worthRepeating) {
      super(message);
      this.worthRepeating = worthRepeating;
    }
  }

  private final String who;
  private final String place;
  private final HttpClient client;
  private final Patience patience;
  private final AskingListener listener;
  private final Retry retry;
  private final CircuitBreaker breaker;

  /**
   * @param kind of server, as a sentence begins with it
   * @param place its host and port
   */
  public Asker(
      String kind, String place, HttpClient client, Patience patience, AskingListener listener) {
    this.who = kind + " at " + place;
    this.place = place;
    this.client = client;
    this.patience = patience;
    this.listener = listener;
    this.retry =
        Retry.of(
            kind,
            RetryConfig.custom()
                .maxAttempts(patience.attempts())
                .intervalFunction(IntervalFunction.of(patience.pause()))
                .retryOnException(e -> e instanceof Unavailable u && u.worthRepeating)
                .build());
    this.breaker =
        CircuitBreaker.of(
            kind,
            CircuitBreakerConfig.custom()
                .slidingWindowSize(FAILURES)
                .minimumNumberOfCalls(FAILURES)
                .failureRateThreshold(100)
                .waitDurationInOpenState(patience.rest())
                .permittedNumberOfCallsInHalfOpenState(1)
                .recordException(Unavailable.class::isInstance)
                .build());
    breaker.getEventPublisher().onStateTransition(e -> tell(e.getStateTransition().getToState()));
    listener.leftAlone(place, false);
  }

  private void tell(State state) {
    log.info("{}: {}", who, state);
    listener.leftAlone(place, state == State.OPEN);
  }

  /** {@code Prometheus at host:9090}, as a sentence begins with it. */
  public String who() {
    return who;
  }

  /**
   * Sends a question and waits for the answer.
   *
   * @param question made only if the server is asked; a credential's file may be gone
   */
  public Reply ask(Supplier<HttpRequest> question) {
    long deadline = System.nanoTime() + patience.deadline().toNanos();
    try {
      HttpRequest request = question.get();
      HttpResponse<byte[]> response =
          breaker.executeCallable(() -> retry.executeCallable(() -> send(request, deadline)));
      listener.asked(place, AskingListener.Outcome.ANSWERED);
      return new Reply.Answered(response.statusCode(), response.body());
    } catch (CallNotPermittedException e) {
      listener.asked(place, AskingListener.Outcome.SPARED);
      return new Reply.Silent(who + " was not asked, since its last answers failed");
    } catch (Unavailable e) {
      return failed(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Reply.Silent("stopped while asking " + who);
    } catch (UncheckedIOException e) {
      // A credential's file, whose name may be told.
      return failed("%s was not asked: %s".formatted(who, e.getMessage()));
    } catch (Exception e) {
      log.warn("Asking {} failed: {}", who, e.getClass().getName());
      return failed("%s could not be asked (%s)".formatted(who, e.getClass().getSimpleName()));
    }
  }

  private Reply failed(String reason) {
    listener.asked(place, AskingListener.Outcome.FAILED);
    return new Reply.Silent(reason);
  }

  /** The deadline holds for the body as well, which a request's own timeout does not cover. */
  private HttpResponse<byte[]> send(HttpRequest request, long deadline)
      throws Unavailable, InterruptedException {
    var pending =
        client.sendAsync(
            request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), patience.maxBytes()));
    try {
      HttpResponse<byte[]> response =
          pending.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (response.statusCode() >= 500 || response.statusCode() == 429) {
        throw new Unavailable("%s answered %d".formatted(who, response.statusCode()), true);
      }
      return response;
    } catch (TimeoutException e) {
      pending.cancel(true);
      throw new Unavailable(
          "%s gave no answer within %s s".formatted(who, patience.deadline().toMillis() / 1e3),
          false);
    } catch (ExecutionException e) {
      throw unavailable(e.getCause());
    }
  }

  private Unavailable unavailable(@Nullable Throwable cause) {
    boolean large = String.valueOf(cause).contains("exceeds capacity");
    return large
        ? new Unavailable(
            "the answer of %s is larger than %d MiB; narrow the question"
                .formatted(who, patience.maxBytes() >> 20),
            false)
        : new Unavailable(
            "%s cannot be reached (%s)"
                .formatted(who, cause == null ? "unknown" : cause.getClass().getSimpleName()),
            cause instanceof IOException);
  }
}
