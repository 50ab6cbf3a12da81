package dev.palinode.demo;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls a look again when it asked to be called, or as soon as there is news. One look at a time.
 */
final class Round implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Round.class);
  private static final Duration AFTER_A_FAULT = Duration.ofSeconds(1);

  private final Semaphore news = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closed;

  /**
   * @param look answers when to look again; empty: only when there is news
   */
  Round(String name, Supplier<Optional<Duration>> look) {
    thread = Thread.ofVirtual().name(name).unstarted(() -> run(name, look));
    thread.start();
  }

  void news() {
    news.release();
  }

  private void run(String name, Supplier<Optional<Duration>> look) {
    try {
      while (!closed) {
        Optional<Duration> again = guarded(name, look);
        if (again.isPresent()) {
          var _ = news.tryAcquire(again.get().toMillis(), TimeUnit.MILLISECONDS);
        } else {
          news.acquire();
        }
        news.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<Duration> guarded(String name, Supplier<Optional<Duration>> look) {
    try {
      return look.get();
    } catch (RuntimeException e) {
      if (!closed) {
        log.warn("{} failed", name, e);
      }
      return Optional.of(AFTER_A_FAULT);
    }
  }

  @Override
  public void close() {
    closed = true;
    news.release();
    try {
      if (!thread.join(Duration.ofSeconds(2))) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
