package dev.palinode.analysis;

import dev.palinode.analysis.Arms.Place;
import dev.palinode.analysis.Arms.Reporter;
import dev.palinode.analysis.Arms.Side;
import java.util.HashMap;
import java.util.Map;

/**
 * Increments of one selector within one window, per end of the connection and side; of a histogram
 * per bucket, of a native one where they lie.
 */
final class Tally {
  /** What was added for one bucket, cumulated as the store has it. */
  static final class Sum {
    private double value;
    private long samples;

    long count() {
      return Math.round(value);
    }

    /** How many samples it is made of; the same for all buckets of pods that are built alike. */
    long samples() {
      return samples;
    }
  }

  /** The label of a counter that is no histogram's. */
  private static final String PLAIN = "";

  private final Map<Place, Map<String, Sum>> sums = new HashMap<>();
  private final Map<Place, Spread> spreads = new HashMap<>();

  void add(Place place, String le, double increment) {
    Sum sum = sums.computeIfAbsent(place, _ -> new HashMap<>()).computeIfAbsent(le, _ -> new Sum());
    sum.value += increment;
    sum.samples++;
  }

  void add(Place place, Spread increment) {
    spreads.merge(place, increment, Spread::plus);
  }

  /** Of native histograms. */
  Spread spread(Reporter reporter, Side side) {
    return spreads.getOrDefault(new Place(reporter, side), Spread.NOTHING);
  }

  long count(Reporter reporter, Side side) {
    Sum sum = buckets(reporter, side).get(PLAIN);
    return sum == null ? 0 : sum.count();
  }

  /** By the text of the label {@code le}. */
  Map<String, Sum> buckets(Reporter reporter, Side side) {
    return sums.getOrDefault(new Place(reporter, side), Map.of());
  }
}
