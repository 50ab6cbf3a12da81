package dev.palinode.analysis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How many observations lie where: counts over intervals that do not overlap, and only where there
 * are any. What a native histogram of Prometheus holds, whose buckets grow by a factor of
 * 2^(2^-schema), so that every boundary of a coarser schema is one of all finer ones, too.
 *
 * <p>Two of them are added or subtracted on the boundaries that cut through no bucket of either:
 * what one knows less exactly than the other is known less exactly together, and nothing is
 * guessed.
 *
 * @param buckets ascending, none of them empty
 */
public record Spread(List<Bucket> buckets) {
  public static final Spread NOTHING = new Spread(List.of());

  /** Of all schemas the finest: so many boundaries from a value to its double. */
  private static final int FINEST = 256;

  /** How far a boundary that was printed and read again may be off. */
  private static final double PRINTED = 1e-9;

  /**
   * Above {@code left} up to and with {@code right}; both in the metric's unit.
   *
   * @param left not negative
   * @param right above it, maybe infinite
   * @param count above zero; a fraction where the store holds sums of rates
   */
  public record Bucket(double left, double right, double count) {
    public Bucket {
      left = snapped(left);
      right = snapped(right);
      if (!(left >= 0 && right > left) || !(count > 0) || Double.isInfinite(count)) {
        throw new IllegalArgumentException(
            "no bucket: %s to %s with %s".formatted(left, right, count));
      }
    }
  }

  public Spread {
    buckets = List.copyOf(buckets);
    for (int i = 1; i < buckets.size(); i++) {
      if (buckets.get(i).left() < buckets.get(i - 1).right()) {
        throw new IllegalArgumentException("buckets overlap or are out of order: " + buckets);
      }
    }
  }

  /** In any order. */
  public static Spread of(List<Bucket> buckets) {
    return new Spread(buckets.stream().sorted(Comparator.comparingDouble(Bucket::left)).toList());
  }

  /** The boundary 2^(k/256) for any k; stores print it with errors in the last digits. */
  private static double snapped(double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      return value;
    }
    double near = StrictMath.rint(StrictMath.log(value) / StrictMath.log(2) * FINEST);
    double boundary = StrictMath.pow(2, near / FINEST);
    return Math.abs(value / boundary - 1) < PRINTED ? boundary : value;
  }

  boolean isEmpty() {
    return buckets.isEmpty();
  }

  double count() {
    return buckets.stream().mapToDouble(Bucket::count).sum();
  }

  Spread plus(Spread other) {
    return new Spread(full(combined(other, 1)));
  }

  /** True if what was counted before is part of this: nothing of it has become less. */
  boolean holds(Spread before) {
    return combined(before, -1).values().stream().allMatch(part -> part[1] >= 0);
  }

  /** What was counted since; to be asked only if this {@link #holds} it. */
  Spread minus(Spread before) {
    return new Spread(full(combined(before, -1)));
  }

  private static List<Bucket> full(TreeMap<Double, double[]> parts) {
    List<Bucket> buckets = new ArrayList<>();
    parts.forEach((left, part) -> {
      if (part[1] > 0) {
        buckets.add(new Bucket(left, part[0], part[1]));
      }
    });
    return buckets;
  }

  /** By left boundary, the right one and the counts of this and {@code sign} times the other's. */
  private TreeMap<Double, double[]> combined(Spread other, int sign) {
    NavigableSet<Double> common = new TreeSet<>();
    for (Spread each : List.of(this, other)) {
      for (Bucket bucket : each.buckets) {
        common.add(bucket.left());
        common.add(bucket.right());
      }
    }
    for (Spread each : List.of(this, other)) {
      for (Bucket bucket : each.buckets) {
        common.subSet(bucket.left(), false, bucket.right(), false).clear();
      }
    }
    TreeMap<Double, double[]> parts = new TreeMap<>();
    add(this, 1, common, parts);
    add(other, sign, common, parts);
    return parts;
  }

  private static void add(
      Spread of, int sign, NavigableSet<Double> common, TreeMap<Double, double[]> parts) {
    for (Bucket bucket : of.buckets) {
      double left = Objects.requireNonNull(common.floor(bucket.left()));
      parts
              .computeIfAbsent(
                  left, _ -> new double[] {Objects.requireNonNull(common.higher(left)), 0})[1] +=
          sign * bucket.count();
    }
  }
}
