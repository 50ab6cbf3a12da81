package dev.palinode.analysis;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The port to a metric store. Never throws for anything that the store does. */
public interface MetricSource {
  /**
   * Every raw sample of the series that {@code selector} matches, taken in {@code (end - window,
   * end]}; a store may include the left edge. Series without a sample there are absent.
   */
  Answer<List<Series>> samples(String selector, Instant end, Duration window);

  /** The values of an expression at one moment: one for a scalar, one per series for a vector. */
  Answer<List<Sample>> instant(String query, Instant at);

  /** The values of an expression at every step from a moment to another, both inside. */
  default Answer<List<Series>> range(String query, Instant from, Instant to, Duration step) {
    return new Answer.Refused<>("this store keeps no history");
  }
}
