package dev.palinode.analysis;

import dev.palinode.analysis.Spread.Bucket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The buckets on which native histograms are compared. A native histogram has no buckets to go by:
 * it shows the ones that something fell into, and makes them wider when there are too many. So a
 * layout is chosen once, from the first window, with room below and above for what comes later;
 * what is finer is added up, and where something is coarser the boundaries within it are given up.
 */
final class NativeLayout {
  /** Buckets to the double: a finer layout tells shifts of 5 % no better. */
  private static final int FINEST_SCHEMA = 3;

  /** 2^16 to the bucket; nobody has wider ones. */
  private static final int COARSEST_SCHEMA = -4;

  private static final int MOST = 200;

  /** How often the latency may halve or double beyond what the first window showed. */
  private static final int ROOM_BELOW = 1;

  private static final int ROOM_ABOVE = 3;

  private NativeLayout() {}

  /**
   * Upper bounds, the last one infinite; empty where nothing above zero was seen. The bucket of
   * zeros, whose upper bound may be as small as 2^-128, falls into the first one.
   */
  static List<Double> of(Spread spread) {
    SortedSet<Double> seen = new TreeSet<>();
    int schema = FINEST_SCHEMA;
    boolean exponential = true;
    for (Bucket bucket : spread.buckets()) {
      if (bucket.left() > 0) {
        seen.add(bucket.left());
      }
      if (bucket.left() > 0 && !Double.isInfinite(bucket.right())) {
        seen.add(bucket.right());
        double own = -log2(log2(bucket.right() / bucket.left()));
        exponential &= Math.abs(own - StrictMath.rint(own)) < 1e-6;
        schema = (int) Math.min(schema, StrictMath.rint(own));
      }
    }
    if (seen.isEmpty()) {
      return List.of();
    }
    return exponential
        ? grid(seen.first(), seen.last(), Math.max(COARSEST_SCHEMA, schema))
        : open(seen);
  }

  /** Every boundary of a schema that lies in reach of the lowest and the highest one seen. */
  private static List<Double> grid(double lowest, double highest, int schema) {
    double perOctave = StrictMath.pow(2, schema);
    long from = (long) Math.floor((log2(lowest) - ROOM_BELOW) * perOctave + 1e-6);
    long to = (long) Math.ceil((log2(highest) + ROOM_ABOVE) * perOctave - 1e-6);
    if (to - from > MOST && schema > COARSEST_SCHEMA) {
      return grid(lowest, highest, schema - 1);
    }
    SortedSet<Double> edges = new TreeSet<>();
    for (long k = from; k <= to; k++) {
      edges.add(StrictMath.pow(2, k / perOctave));
    }
    return open(edges);
  }

  private static List<Double> open(SortedSet<Double> bounds) {
    List<Double> edges = new ArrayList<>(bounds);
    edges.add(Double.POSITIVE_INFINITY);
    return List.copyOf(edges);
  }

  private static double log2(double value) {
    return StrictMath.log(value) / StrictMath.log(2);
  }

  /** Counts per bucket of a layout; empty if something lies across one of its boundaries. */
  static Optional<List<Long>> counts(Spread spread, List<Double> edges) {
    double[] counts = new double[edges.size()];
    int j = 0;
    for (Bucket bucket : spread.buckets()) {
      while (edges.get(j) < bucket.right()) {
        j++;
      }
      if (j > 0 && edges.get(j - 1) > bucket.left()) {
        return Optional.empty();
      }
      counts[j] += bucket.count();
    }
    List<Long> whole = new ArrayList<>();
    for (double count : counts) {
      whole.add(Math.round(count));
    }
    return Optional.of(whole);
  }

  /** Those boundaries that none of the buckets lies across. */
  static List<Double> without(List<Double> edges, Spread across) {
    return edges.stream()
        .filter(
            edge -> across.buckets().stream().noneMatch(b -> b.left() < edge && edge < b.right()))
        .toList();
  }
}
