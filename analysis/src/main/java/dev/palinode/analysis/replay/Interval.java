package dev.palinode.analysis.replay;

import dev.palinode.analysis.WindowCounts;
import java.time.Duration;
import java.util.Optional;

/** Adds windows up to the longer intervals in which others look. */
final class Interval {
  private final Duration length;
  private Duration next;
  private long candidate;
  private long candidateBad;
  private long stable;
  private long stableBad;

  Interval(Duration length) {
    this.length = length;
    this.next = length;
  }

  /** The counts of an interval that ends with this window. */
  Optional<WindowCounts> add(Window window) {
    candidate += window.counts().candidate();
    candidateBad += window.counts().candidateBad();
    stable += window.counts().stable();
    stableBad += window.counts().stableBad();
    if (window.end().compareTo(next) < 0) {
      return Optional.empty();
    }
    WindowCounts sum = new WindowCounts(candidate, candidateBad, stable, stableBad);
    candidate = 0;
    candidateBad = 0;
    stable = 0;
    stableBad = 0;
    while (next.compareTo(window.end()) <= 0) {
      next = next.plus(length);
    }
    return Optional.of(sum);
  }

  /** NaN without requests, as a division of two rates gives. */
  static double share(long part, long whole) {
    return whole == 0 ? Double.NaN : part / (double) whole;
  }
}
