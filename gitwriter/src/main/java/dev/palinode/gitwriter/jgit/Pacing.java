package dev.palinode.gitwriter.jgit;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * How much goes out at once and how long to wait after a lost race. The longer a batch takes to
 * build, the surer a busy rival is first; so a lost race halves the next batch and a won one
 * doubles it. Used by one thread; only {@link #stop} is for others.
 */
final class Pacing {
  /** More than this in one push is hard to look at, and to push again. */
  static final int MAX_BATCH = 500;

  private final Duration firstWait;
  private final Duration longestWait;
  private final PushBudget budget;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private int window = MAX_BATCH;
  private int misses;

  Pacing(Duration firstWait, Duration longestWait, PushBudget budget) {
    this.firstWait = firstWait;
    this.longestWait = longestWait;
    this.budget = budget;
  }

  int window() {
    return window;
  }

  void landed() {
    misses = 0;
    window = Math.min(MAX_BATCH, window * 2);
    budget.spend();
  }

  /**
   * @param size of the batch that was too slow
   */
  void raced(int size) {
    window = Math.max(1, Math.min(window, size) / 2);
  }

  Duration untilBudget(int pushesPerMinute) {
    return budget.untilNext(pushesPerMinute);
  }

  /** Full jitter: writers that collided once should not meet again. False if told to stop. */
  boolean pause() {
    long cap = firstWait.toNanos() << Math.min(misses++, 20);
    long nanos =
        ThreadLocalRandom.current().nextLong(Math.max(1, Math.min(cap, longestWait.toNanos())));
    return sleep(Duration.ofNanos(nanos));
  }

  /** False if told to stop. */
  boolean sleep(Duration time) {
    try {
      return !stopped.await(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  boolean isStopped() {
    return stopped.getCount() == 0;
  }

  void stop() {
    stopped.countDown();
  }
}
