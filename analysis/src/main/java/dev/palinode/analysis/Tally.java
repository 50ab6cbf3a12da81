package dev.palinode.analysis;

import dev.palinode.analysis.Arms.Place;
import dev.palinode.analysis.Arms.Reporter;
import dev.palinode.analysis.Arms.Side;
import java.util.HashMap;
import java.util.Map;

/** Increments of one selector within one window, per end of the connection and side. */
final class Tally {
  private final Map<Place, Double> sums = new HashMap<>();

  void add(Place place, double increment) {
    sums.merge(place, increment, Double::sum);
  }

  long count(Reporter reporter, Side side) {
    return Math.round(sums.getOrDefault(new Place(reporter, side), 0.0));
  }
}
