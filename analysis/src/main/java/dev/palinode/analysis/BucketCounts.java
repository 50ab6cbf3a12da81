package dev.palinode.analysis;

import dev.palinode.analysis.Arms.Reporter;
import dev.palinode.analysis.Arms.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One window of a histogram as counts of both arms: of cumulative {@code le} counters per bucket,
 * of native histograms where they lie. The answer decides which of them a selector names.
 */
final class BucketCounts {
  /** Counters that are no histogram; the message is part of a sentence. */
  private static final class NotAHistogram extends Exception {
    private static final long serialVersionUID = 1;

    NotAHistogram(String message) {
      super(message);
    }
  }

  private BucketCounts() {}

  static Measured of(Tally tally, Reporter reporter) {
    Spread candidateSpread = tally.spread(reporter, Side.CANDIDATE);
    Spread stableSpread = tally.spread(reporter, Side.STABLE);
    boolean classic =
        !tally.buckets(reporter, Side.CANDIDATE).isEmpty()
            || !tally.buckets(reporter, Side.STABLE).isEmpty();
    if (!candidateSpread.isEmpty() || !stableSpread.isEmpty()) {
      return classic
          ? new Measured.Unusable(
              "some pods have native histograms and others plain counters of that name; let all be"
                  + " scraped alike")
          : new Measured.Spreads(candidateSpread, stableSpread);
    }
    try {
      TreeMap<Double, Long> candidate = perBucket(tally.buckets(reporter, Side.CANDIDATE));
      TreeMap<Double, Long> stable = perBucket(tally.buckets(reporter, Side.STABLE));
      if (candidate.isEmpty() && stable.isEmpty()) {
        return new Measured.Missing("no latency was scraped");
      }
      if (!candidate.isEmpty()
          && !stable.isEmpty()
          && !candidate.keySet().equals(stable.keySet())) {
        return new Measured.Unusable(
            "the candidate's %d buckets up to %s are not stable's %d up to %s; give both releases the same buckets"
                .formatted(candidate.size(), last(candidate), stable.size(), last(stable)));
      }
      List<Double> edges =
          new ArrayList<>(candidate.isEmpty() ? stable.keySet() : candidate.keySet());
      return new Measured.Buckets(edges, counts(candidate, edges), counts(stable, edges));
    } catch (NotAHistogram e) {
      return new Measured.Unusable(String.valueOf(e.getMessage()));
    }
  }

  private static TreeMap<Double, Long> perBucket(Map<String, Tally.Sum> sums) throws NotAHistogram {
    TreeMap<Double, Tally.Sum> sorted = new TreeMap<>();
    for (Map.Entry<String, Tally.Sum> each : sums.entrySet()) {
      sorted.put(edge(each.getKey()), each.getValue());
    }
    TreeMap<Double, Long> counts = new TreeMap<>();
    long before = 0;
    for (Map.Entry<Double, Tally.Sum> each : sorted.entrySet()) {
      if (each.getValue().samples() != sorted.firstEntry().getValue().samples()) {
        throw new NotAHistogram(
            "pods of one release have different buckets; give all the same ones");
      }
      long count = each.getValue().count();
      if (count < before) {
        throw new NotAHistogram("the buckets are not cumulated, so they are no histogram");
      }
      counts.put(each.getKey(), count - before);
      before = count;
    }
    if (!sorted.isEmpty() && !Double.isInfinite(sorted.lastKey())) {
      throw new NotAHistogram("the bucket +Inf is missing");
    }
    return counts;
  }

  private static double edge(String le) throws NotAHistogram {
    if (le.isEmpty()) {
      throw new NotAHistogram(
          "the counters have no label le and are no native histograms; name the ones that end in"
              + " _bucket");
    }
    try {
      double edge = le.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(le);
      if (!Double.isNaN(edge)) {
        return edge;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new NotAHistogram("a bucket's label le is '%s', which is no number".formatted(le));
  }

  private static String last(TreeMap<Double, Long> buckets) {
    Double edge = buckets.lowerKey(Double.POSITIVE_INFINITY);
    return edge == null ? "+Inf" : Evidence.number(edge);
  }

  private static List<Long> counts(TreeMap<Double, Long> buckets, List<Double> edges) {
    return edges.stream().map(e -> buckets.getOrDefault(e, 0L)).toList();
  }
}
