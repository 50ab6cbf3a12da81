package dev.palinode.analysis;

import java.util.Arrays;

/**
 * The buckets of a histogram, and what a histogram would look like if every request took f times as
 * long. Within a bucket requests are taken as spread evenly over the logarithm of latency; the last
 * bucket has no upper bound, and what is in it stays.
 *
 * <p>Moving counts is linear in them. An e-variable stays one when the counts in it are replaced by
 * such moved fractions: exp of a mean is at most the mean of exp (Jensen).
 */
final class Layout {
  private final double[] edges;

  /**
   * @param edges upper bounds, ascending, above zero, the last one infinite; at least three
   */
  Layout(double[] edges) {
    if (!isUsable(edges)) {
      throw new IllegalArgumentException("no buckets to shift: " + Arrays.toString(edges));
    }
    this.edges = edges.clone();
  }

  static boolean isUsable(double[] edges) {
    if (edges.length < 3 || !(edges[0] > 0) || !Double.isInfinite(edges[edges.length - 1])) {
      return false;
    }
    for (int j = 1; j < edges.length; j++) {
      if (!(edges[j] > edges[j - 1])) {
        return false;
      }
    }
    return true;
  }

  int size() {
    return edges.length;
  }

  double[] edges() {
    return edges.clone();
  }

  /** The bucket that another layout's bucket is part of. */
  int bucketOf(Layout finer, int bucket) {
    int i = Arrays.binarySearch(edges, finer.edges[bucket]);
    return i >= 0 ? i : -i - 1;
  }

  /** For each bucket, the place in the original cumulation that its upper bound comes from. */
  record Shift(int[] bucket, double[] part) {}

  Shift shift(double factor) {
    int[] bucket = new int[edges.length];
    double[] part = new double[edges.length];
    for (int j = 0; j < edges.length - 1; j++) {
      double from = edges[j] / factor;
      int i = Arrays.binarySearch(edges, from);
      i = i >= 0 ? i : -i - 1;
      bucket[j] = i;
      double low = low(i);
      part[j] = from <= low ? 0 : StrictMath.log(from / low) / StrictMath.log(edges[i] / low);
    }
    bucket[edges.length - 1] = edges.length - 1;
    part[edges.length - 1] = 1;
    return new Shift(bucket, part);
  }

  /** Lower bound; the first bucket is taken to be as wide as the second one. */
  private double low(int bucket) {
    return bucket > 0 ? edges[bucket - 1] : edges[0] * (edges[0] / edges[1]);
  }

  /** The counts per bucket after the shift. */
  double[] move(double[] counts, Shift shift) {
    double[] cumulated = new double[counts.length + 1];
    for (int i = 0; i < counts.length; i++) {
      cumulated[i + 1] = cumulated[i] + counts[i];
    }
    double[] moved = new double[counts.length];
    double before = 0;
    for (int j = 0; j < counts.length; j++) {
      int i = shift.bucket()[j];
      double upTo = cumulated[i] + shift.part()[j] * counts[i];
      moved[j] = upTo - before;
      before = upTo;
    }
    return moved;
  }

  /** Counts above the upper bound of each bucket. */
  static double[] above(double[] counts) {
    double[] above = new double[counts.length];
    for (int j = counts.length - 2; j >= 0; j--) {
      above[j] = above[j + 1] + counts[j + 1];
    }
    return above;
  }

  /** The latency that a share of the requests stays below; infinite beyond the last bound. */
  double quantile(long[] counts, double share) {
    double all = Arrays.stream(counts).sum();
    double before = 0;
    for (int j = 0; j < counts.length - 1; j++) {
      if (counts[j] > 0 && before + counts[j] >= share * all) {
        double low = low(j);
        double part = Math.max(0, share * all - before) / counts[j];
        return low * StrictMath.pow(edges[j] / low, part);
      }
      before += counts[j];
    }
    return Double.POSITIVE_INFINITY;
  }
}
