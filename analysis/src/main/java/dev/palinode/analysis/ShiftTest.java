package dev.palinode.analysis;

import dev.palinode.analysis.Layout.Shift;
import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * Whether a histogram of latencies is slower than stable's, by all its buckets at once: a mixture
 * of alternatives in which all requests, or some of them, take f times as long.
 *
 * <p>Null: the candidate's latencies are spread as stable's would be if each took {@code margin}
 * times as long. With q the alternative, p stable's past shifted by the margin and p0 = (n_c q +
 * n_b p) / (n_c + n_b), the increment is sum h_c ln(q / p0) + h_b ln(p / p0). Whatever the common
 * distribution P is, its expectation is (sum P q / p0)^n_c (sum P p / p0)^n_b &lt;= (sum P p0 /
 * p0)^n = 1 by the weighted inequality of the means.
 *
 * <p>A candidate that is only different, not slower, must not fail: evidence counts only while the
 * candidate has more slow requests than the margin allows at the edge where the strongest
 * alternative shows most. Health is shown at three edges, near stable's p50, p90 and p99, against
 * stable's histogram shifted by the tolerance; all three must show it.
 */
public final class ShiftTest {
  private static final double[] FACTORS = {1.05, 1.1, 1.2, 1.3, 1.6, 2, 4};
  private static final double[] PARTS = {0.01, 0.05, 0.2};
  private static final double[] PART_FACTORS = {2, 8};

  /** Both of them, one after the other. */
  private static final double[] SHIFTS =
      DoubleStream.concat(Arrays.stream(FACTORS), Arrays.stream(PART_FACTORS)).toArray();

  private static final double[] HEALTH_EDGES = {0.5, 0.1, 0.01};

  /** Added to every bucket of the past, so that none is impossible. */
  private static final double SMOOTH = 0.2;

  /** What of an alternative stays where stable is, so that one odd request cannot refute it. */
  private static final double STAY = 0.02;

  /** Requests of stable that must be known before anything is compared with them. */
  private static final double FEWEST = 50;

  private final Layout layout;
  private final Shift byMargin;
  private final Shift byTolerance;
  private final Mixture harm;
  private final double[] health = new double[HEALTH_EDGES.length];
  private final int[] healthEdges = {-1, -1, -1};
  private final double[] before;
  private final long[] candidateSeen;
  private final long[] stableSeen;

  /**
   * @param edges upper bounds of the buckets, the last one infinite
   * @param margin times stable's latency that is still allowed, at least 1
   * @param tolerance times stable's latency that must be ruled out for health
   */
  public ShiftTest(double[] edges, double margin, double tolerance, Onset onset) {
    this.layout = new Layout(edges);
    this.byMargin = layout.shift(margin);
    this.byTolerance = layout.shift(tolerance);
    this.harm = new Mixture(alternatives(), onset);
    this.before = new double[edges.length];
    this.candidateSeen = new long[edges.length];
    this.stableSeen = new long[edges.length];
  }

  private static int alternatives() {
    return FACTORS.length + PARTS.length * PART_FACTORS.length;
  }

  /** Stable's requests per bucket before the rollout; said before the first window. */
  public void expect(double[] counts) {
    System.arraycopy(counts, 0, before, 0, before.length);
  }

  /**
   * Takes over what a test on more buckets came to; said to a new test. Each window's increment
   * stands for itself, so the product of them is an e-process whatever buckets each was seen in.
   */
  void goOn(ShiftTest finer) {
    StateWriter evidence = new StateWriter();
    finer.harm.save(evidence);
    harm.restore(new StateReader(evidence.bytes()));
    System.arraycopy(finer.health, 0, health, 0, health.length);
    for (int i = 0; i < healthEdges.length; i++) {
      healthEdges[i] =
          finer.healthEdges[i] < 0
              ? -1
              : Math.min(layout.bucketOf(finer.layout, finer.healthEdges[i]), before.length - 2);
    }
    for (int j = 0; j < finer.before.length; j++) {
      int here = layout.bucketOf(finer.layout, j);
      before[here] += finer.before[j];
      candidateSeen[here] += finer.candidateSeen[j];
      stableSeen[here] += finer.stableSeen[j];
    }
  }

  /**
   * Takes in one closed window.
   *
   * @param candidate requests per bucket
   * @param stable requests per bucket
   * @param eta in (0, 1], see {@link Dispersion}
   */
  public void add(long[] candidate, long[] stable, double eta) {
    harm.next();
    double[] past = past();
    if (sum(candidate) > 0 && sum(past) >= FEWEST) {
      addHarm(past, candidate, doubles(stable), eta);
      addHealth(past, candidate, doubles(stable), eta);
    }
    for (int j = 0; j < candidate.length; j++) {
      candidateSeen[j] += candidate[j];
      stableSeen[j] += stable[j];
    }
  }

  /** Stable's requests in strictly earlier windows and before the rollout. */
  private double[] past() {
    double[] past = before.clone();
    for (int j = 0; j < past.length; j++) {
      past[j] += stableSeen[j];
    }
    return past;
  }

  private void addHarm(double[] past, long[] candidate, double[] stable, double eta) {
    double nc = sum(candidate);
    double[] allowed = distribution(layout.move(past, byMargin));
    double[] moved = layout.move(stable, byMargin);
    double nb = sum(moved);
    double[][] slower = layout.slower(allowed, SHIFTS);
    for (int k = 0; k < alternatives(); k++) {
      double increment = 0;
      for (int j = 0; j < allowed.length; j++) {
        if (candidate[j] > 0 || moved[j] > 0) {
          double q = alternative(k, j, allowed, slower);
          double pooled = (nc * q + nb * allowed[j]) / (nc + nb);
          increment +=
              candidate[j] * StrictMath.log(q / pooled)
                  + moved[j] * StrictMath.log(allowed[j] / pooled);
        }
      }
      harm.add(k, eta * increment);
    }
  }

  private static double alternative(int k, int bucket, double[] allowed, double[][] slower) {
    if (k < FACTORS.length) {
      return (1 - STAY) * slower[k][bucket] + STAY * allowed[bucket];
    }
    int i = k - FACTORS.length;
    double part = PARTS[i / PART_FACTORS.length];
    return part * slower[FACTORS.length + i % PART_FACTORS.length][bucket]
        + (1 - part) * allowed[bucket];
  }

  private void addHealth(double[] past, long[] candidate, double[] stable, double eta) {
    double[] usual = Layout.above(distribution(past));
    if (healthEdges[0] < 0) {
      chooseEdges(usual);
    }
    double[] border = Layout.above(distribution(layout.move(past, byTolerance)));
    double[] candidateAbove = Layout.above(doubles(candidate));
    double[] movedAbove = Layout.above(layout.move(stable, byTolerance));
    for (int i = 0; i < health.length; i++) {
      int j = healthEdges[i];
      if (usual[j] < border[j]) {
        health[i] +=
            eta
                * SequentialTest.logIncrement(
                    sum(candidate),
                    candidateAbove[j],
                    sum(stable),
                    movedAbove[j],
                    usual[j],
                    border[j],
                    1,
                    0);
      }
    }
  }

  /** Once and for all, by what was known before the first window that counts. */
  private void chooseEdges(double[] usual) {
    for (int i = 0; i < healthEdges.length; i++) {
      int best = 0;
      for (int j = 1; j < usual.length - 1; j++) {
        best = distance(usual[j], i) < distance(usual[best], i) ? j : best;
      }
      healthEdges[i] = best;
    }
  }

  private static double distance(double share, int i) {
    return Math.abs(StrictMath.log(share / HEALTH_EDGES[i]));
  }

  private static double[] distribution(double[] counts) {
    double all = sum(counts) + SMOOTH * counts.length;
    double[] shares = new double[counts.length];
    for (int j = 0; j < counts.length; j++) {
      shares[j] = (counts[j] + SMOOTH) / all;
    }
    return shares;
  }

  /** Natural logarithm of the evidence that the candidate is slower than the margin allows. */
  public double logHarm() {
    double evidence = harm.logEvidence();
    return evidence > 0 && !isSlower() ? 0 : evidence;
  }

  /** The same for a candidate that is different in whatever way: the e-process itself. */
  double logHarmWhicheverWay() {
    return harm.logEvidence();
  }

  /** Natural logarithm of the evidence that it is faster than the tolerance; the least of three. */
  public double logHealth() {
    double least = Double.POSITIVE_INFINITY;
    for (double each : health) {
      least = Math.min(least, each);
    }
    return least;
  }

  /** The plain comparison where the strongest alternative differs most. */
  private boolean isSlower() {
    double[] past = past();
    double[] allowed = distribution(layout.move(past, byMargin));
    double[][] slower = layout.slower(allowed, SHIFTS);
    double[] alternative = new double[allowed.length];
    for (int j = 0; j < allowed.length; j++) {
      alternative[j] = alternative(harm.strongest(), j, allowed, slower);
    }
    double[] more = Layout.above(alternative);
    double[] less = Layout.above(allowed);
    int edge = 0;
    for (int j = 1; j < more.length - 1; j++) {
      edge = more[j] - less[j] > more[edge] - less[edge] ? j : edge;
    }
    double[] slow = doubles(candidateSeen);
    double[] usual = layout.move(doubles(stableSeen), byMargin);
    return Layout.above(slow)[edge] * sum(usual) > Layout.above(usual)[edge] * sum(slow);
  }

  /**
   * Stable's share of requests above the edge nearest its p90: where luck of pods is looked for.
   */
  double upperShare() {
    double[] above = Layout.above(distribution(past()));
    double best = above[0];
    for (int j = 1; j < above.length - 1; j++) {
      best = distance(above[j], 1) < distance(best, 1) ? above[j] : best;
    }
    return best;
  }

  Layout layout() {
    return layout;
  }

  long[] candidateSeen() {
    return candidateSeen.clone();
  }

  long[] stableSeen() {
    return stableSeen.clone();
  }

  private static double[] doubles(long[] counts) {
    double[] values = new double[counts.length];
    for (int j = 0; j < counts.length; j++) {
      values[j] = counts[j];
    }
    return values;
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  private static long sum(long[] values) {
    long sum = 0;
    for (long value : values) {
      sum += value;
    }
    return sum;
  }

  void save(StateWriter to) {
    harm.save(to);
    to.numbers(health);
    for (int edge : healthEdges) {
      to.count(edge + 1L);
    }
    for (int j = 0; j < candidateSeen.length; j++) {
      to.count(candidateSeen[j]).count(stableSeen[j]);
    }
  }

  void restore(StateReader from) {
    harm.restore(from);
    from.numbers(health);
    for (int i = 0; i < healthEdges.length; i++) {
      healthEdges[i] = (int) from.count() - 1;
    }
    for (int j = 0; j < candidateSeen.length; j++) {
      candidateSeen[j] = from.count();
      stableSeen[j] = from.count();
    }
  }
}
