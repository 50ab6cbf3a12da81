package dev.palinode.gitwriter.jgit;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * How much goes out at once and how long to wait before the next try. The longer a batch takes to
 * build, the surer a busy rival is first; so a lost race makes the next batch smaller, down to
 * where building takes no longer than fetching and pushing, and a won one doubles it. Used by one
 * thread; only {@link #stop} is for others.
 */
final class Pacing {
  /** More than this in one push is hard to look at, and to push again. */
  static final int MAX_BATCH = 500;

  /** Rivals do not tire: after a lost race a long wait only loses time. */
  private static final int MAX_DOUBLINGS_AFTER_RACE = 3;

  /** A rival that was first once is busy with something else now. */
  private static final int RACES_WITHOUT_WAIT = 2;

  private final Duration firstWait;
  private final Duration longestWait;
  private final PushBudget budget;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private int window = MAX_BATCH;
  private int misses;

  /** A push that loses at the greeting is over sooner than one that goes through. */
  private Duration lastPush = Duration.ZERO;

  Pacing(Duration firstWait, Duration longestWait, PushBudget budget) {
    this.firstWait = firstWait;
    this.longestWait = longestWait;
    this.budget = budget;
  }

  int window() {
    return window;
  }

  void landed(Tempo tempo) {
    lastPush = tempo.pushing;
    misses = 0;
    window = Math.min(MAX_BATCH, window * 2);
    budget.spend();
  }

  /**
   * What a round spent its time on, from when it saw the tip.
   *
   * @param fetching zero if it went on from our own last push
   * @param planning reading, planning and building of all its intents: all that a smaller batch
   *     would have saved
   */
  record Tempo(int intents, Duration fetching, Duration planning, Duration pushing) {}

  void raced(Tempo tempo) {
    long each = Math.max(1, tempo.planning.toNanos() / tempo.intents);
    long push = Math.max(lastPush.toNanos(), tempo.pushing.toNanos());
    long free = (tempo.fetching.toNanos() + push) / each;
    window = (int) Math.max(1, Math.min(tempo.intents, Math.max(tempo.intents / 4, free)));
  }

  Duration untilBudget(int pushesPerMinute) {
    return budget.untilNext(pushesPerMinute);
  }

  /** Full jitter: writers that collided once should not meet again. False if told to stop. */
  boolean pauseAfterRace() {
    int waits = misses++ - RACES_WITHOUT_WAIT;
    return waits < 0 ? !isStopped() : pause(Math.min(waits, MAX_DOUBLINGS_AFTER_RACE));
  }

  /** For a server that has trouble of its own. False if told to stop. */
  boolean pause() {
    return pause(misses++);
  }

  private boolean pause(int doublings) {
    long cap = Math.min(firstWait.toNanos() << Math.min(doublings, 20), longestWait.toNanos());
    return sleep(Duration.ofNanos(ThreadLocalRandom.current().nextLong(Math.max(1, cap))));
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
