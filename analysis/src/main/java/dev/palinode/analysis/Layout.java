package dev.palinode.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The buckets of a histogram, and what a histogram would look like if every request took f times as
 * long. The last bucket has no upper bound, and what is in it stays.
 *
 * <p>Counts are moved as if those of a bucket were spread evenly over the logarithm of latency,
 * which is linear in them. An e-variable stays one when the counts in it are replaced by such moved
 * fractions: exp of a mean is at most the mean of exp (Jensen).
 *
 * <p>An alternative is only a guess, and a good one finds more: its cumulation follows a smooth
 * curve through the bounds, since latencies do not change their density where a bucket ends. With
 * bounds a factor of two and more apart it makes the difference between a density and a staircase.
 */
final class Layout {
  /** Rounded down, so that four buckets of schema 3 are as much. */
  private static final double HALF_AN_OCTAVE = 0.34;

  /** A share that is not divided by. */
  private static final double TINY = 1e-12;

  private final double[] edges;

  /** Logarithms of the first bucket's lower bound and of all finite upper ones. */
  private final double[] places;

  /** The first and the last of them, and between these some that lie half an octave apart. */
  private final int[] knots;

  /**
   * @param edges upper bounds, ascending, above zero, the last one infinite; at least three
   */
  Layout(double[] edges) {
    if (!isUsable(edges)) {
      throw new IllegalArgumentException("no buckets to shift: " + Arrays.toString(edges));
    }
    this.edges = edges.clone();
    this.places = new double[edges.length];
    for (int j = 0; j < edges.length; j++) {
      places[j] = StrictMath.log(low(j));
    }
    this.knots = knots(places);
  }

  private static int[] knots(double[] places) {
    List<Integer> knots = new ArrayList<>(List.of(0));
    for (int j = 1; j < places.length; j++) {
      if (j == places.length - 1 || places[j] - places[knots.getLast()] > HALF_AN_OCTAVE) {
        knots.add(j);
      }
    }
    return knots.stream().mapToInt(j -> j).toArray();
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

  /**
   * For each factor the shares per bucket if every request took so many times as long. Where there
   * are bounds between the {@link #knots} the mean of two guesses: by a curve through all bounds,
   * which keeps what is narrow and moves the chance in each bucket's count along, and by one
   * through the knots, which tells how many times as many requests each bucket gets and knows less
   * of either.
   */
  double[][] slower(double[] shares, double[] factors) {
    double[] below = new double[places.length];
    for (int j = 1; j < below.length; j++) {
      below[j] = below[j - 1] + shares[j - 1];
    }
    Curve fine = Curve.through(places, below);
    Curve rough =
        Curve.through(
            Arrays.stream(knots).mapToDouble(j -> places[j]).toArray(),
            Arrays.stream(knots).mapToDouble(j -> below[j]).toArray());
    double[] usual = rough.shares(places, 0);
    double[][] slower = new double[factors.length][];
    for (int i = 0; i < factors.length; i++) {
      double by = StrictMath.log(factors[i]);
      slower[i] = fine.shares(places, by);
      if (knots.length < places.length) {
        mix(slower[i], shares, usual, rough.shares(places, by));
      }
    }
    return slower;
  }

  /** Takes the mean of these and of {@code shares} times how the rough ones grew. */
  private static void mix(double[] into, double[] shares, double[] usual, double[] moved) {
    double[] grown = new double[shares.length];
    double all = 0;
    for (int j = 0; j < shares.length; j++) {
      grown[j] = usual[j] > TINY ? shares[j] * moved[j] / usual[j] : into[j];
      all += grown[j];
    }
    for (int j = 0; j < shares.length; j++) {
      into[j] = (into[j] + grown[j] / all) / 2;
    }
  }

  /**
   * A cumulation over the logarithm of latency, a cubic between two neighbouring places, with
   * slopes with which it never turns back: zero next to an empty piece, else a harmonic mean of the
   * neighbours' (Fritsch and Butland, A method for constructing local monotone piecewise cubic
   * interpolants, 1984).
   */
  private record Curve(double[] places, double[] below, double[] slopes) {
    static Curve through(double[] places, double[] below) {
      int last = places.length - 1;
      double[] widths = new double[last];
      double[] chords = new double[last];
      for (int j = 0; j < last; j++) {
        widths[j] = places[j + 1] - places[j];
        chords[j] = (below[j + 1] - below[j]) / widths[j];
      }
      double[] slopes = new double[places.length];
      slopes[last] = chords[last - 1];
      for (int j = 1; j < last; j++) {
        if (chords[j - 1] > 0 && chords[j] > 0) {
          double one = 2 * widths[j] + widths[j - 1];
          double other = widths[j] + 2 * widths[j - 1];
          slopes[j] = (one + other) / (one / chords[j - 1] + other / chords[j]);
        }
      }
      return new Curve(places, below, slopes);
    }

    /** What lies between these bounds, and beyond the last, once all is moved up. */
    double[] shares(double[] bounds, double by) {
      double[] shares = new double[bounds.length];
      double before = 0;
      int piece = 0;
      for (int j = 1; j < bounds.length; j++) {
        double from = bounds[j] - by;
        while (piece < places.length - 2 && from > places[piece + 1]) {
          piece++;
        }
        double upTo = from <= places[0] ? 0 : at(piece, from);
        shares[j - 1] = Math.max(0, upTo - before);
        before = Math.max(before, upTo);
      }
      shares[bounds.length - 1] = Math.max(0, 1 - before);
      return shares;
    }

    private double at(int piece, double place) {
      double width = places[piece + 1] - places[piece];
      double t = (place - places[piece]) / width;
      double left = (1 - t) * (1 - t);
      return (1 + 2 * t) * left * below[piece]
          + t * left * width * slopes[piece]
          + t * t * (3 - 2 * t) * below[piece + 1]
          + t * t * (t - 1) * width * slopes[piece + 1];
    }
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
