package dev.palinode.gitwriter.jgit;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A token bucket: as many pushes at once as are allowed in a minute, then one for every token that
 * drips in. Only what landed is paid for: a push that a rival or the server turned away changed
 * nothing that anybody has to look at. Not thread-safe; each branch has its own.
 */
final class PushBudget {
  private static final double NANOS_PER_MINUTE = 60e9;

  private final LongSupplier nanoTime;
  private long last;
  private int perMinute;
  private double tokens;

  PushBudget(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.last = nanoTime.getAsLong();
  }

  /**
   * How long until a push may begin; zero if now.
   *
   * @param allowed pushes per minute, as the GitTarget says at this moment
   */
  Duration untilNext(int allowed) {
    drip(allowed);
    return tokens >= 1
        ? Duration.ZERO
        : Duration.ofNanos((long) Math.ceil((1 - tokens) * NANOS_PER_MINUTE / perMinute));
  }

  /** A push landed. May go into debt: the pieces of a refused batch land one by one. */
  void spend() {
    tokens -= 1;
  }

  private void drip(int allowed) {
    long now = nanoTime.getAsLong();
    if (perMinute == 0) {
      tokens = allowed;
    }
    perMinute = allowed;
    tokens = Math.min(allowed, tokens + (now - last) * allowed / NANOS_PER_MINUTE);
    last = now;
  }
}
