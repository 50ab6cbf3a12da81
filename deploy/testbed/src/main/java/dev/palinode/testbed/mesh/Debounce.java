package dev.palinode.testbed.mesh;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When istiod pushes: after a quiet time without any change, at the latest some time after the
 * first change of a burst.
 *
 * <p>Like istiod it looks only when its timer fires, so a burst may last one quiet time longer than
 * the maximum.
 */
final class Debounce {

  /** PILOT_DEBOUNCE_AFTER and PILOT_DEBOUNCE_MAX. */
  public record Timing(Duration quiet, Duration max) {

    /** istiod's own defaults. */
    public static Timing istiod() {
      return new Timing(Duration.ofMillis(100), Duration.ofSeconds(10));
    }
  }

  private final Timing timing;
  private @Nullable Instant first;
  private Instant last = Instant.EPOCH;
  private Instant timer = Instant.EPOCH;

  Debounce(Timing timing) {
    this.timing = timing;
  }

  void change(Instant at) {
    last = at;
    if (first == null) {
      first = at;
      timer = at.plus(timing.quiet());
    }
  }

  /** When to look again, if anything waits to be pushed. */
  Optional<Instant> timer() {
    return first == null ? Optional.empty() : Optional.of(timer);
  }

  /** The timer fired: true if the burst is over and is pushed now, else the timer is set again. */
  boolean fire() {
    if (first == null) {
      return false;
    }
    boolean isQuiet = !timer.isBefore(last.plus(timing.quiet()));
    boolean isLate = !timer.isBefore(first.plus(timing.max()));
    if (isQuiet || isLate) {
      first = null;
      return true;
    }
    timer = last.plus(timing.quiet());
    return false;
  }
}
