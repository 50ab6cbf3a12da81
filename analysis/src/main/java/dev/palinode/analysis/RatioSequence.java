package dev.palinode.analysis;

import dev.palinode.analysis.MetricVerdict.Interval;
import java.util.Optional;

/**
 * A confidence sequence for how many times stable's share of bad requests the candidate's is: what
 * a person wants to know besides the verdict, true at every look together.
 *
 * <p>One sum per ratio psi on a grid, S(psi) = sum eta (c ln psi - (c + b) ln(1 - w + w psi)), w
 * the candidate's part of the window's requests. For psi &gt; r, exp(S(psi) - S(r)) is an e-process
 * for "the ratio is at most r": the expectation of a window's factor is at most exp(n p_b (A (w psi
 * + 1 - w) - (w r + 1 - w))) = 1 with A = (1 - w + w r) / (1 - w + w psi), by 1 + x &lt;= e^x;
 * mirrored for psi &lt; r (Lindon and Malek's test of two Poisson processes, read with the observed
 * share).
 */
final class RatioSequence {
  /** Quarters of an octave from 1/16 to 64. */
  private static final int POINTS = 41;

  private static final int ONE = 16;

  private static final double QUARTER = StrictMath.log(2) / 4;
  private static final double[] PSI = new double[POINTS];

  static {
    for (int i = 0; i < POINTS; i++) {
      PSI[i] = StrictMath.pow(2, (i - ONE) / 4.0);
    }
  }

  /** How many grid points an alternative lies off the ratio that it speaks against. */
  private static final int[] STEPS = {1, 2, 4, 7, 12};

  private final double[] sums = new double[POINTS];
  private final double bound;

  RatioSequence(double alpha) {
    this.bound = StrictMath.log(2 / alpha);
  }

  void add(WindowCounts window, double eta) {
    long all = window.candidate() + window.stable();
    long bad = window.candidateBad() + window.stableBad();
    if (window.candidate() == 0 || bad == 0) {
      return; // without a bad request the conditional test has nothing to go by
    }
    double w = window.candidate() / (double) all;
    for (int i = 0; i < POINTS; i++) {
      double logPsi = (i - ONE) * QUARTER;
      sums[i] += eta * (window.candidateBad() * logPsi - bad * StrictMath.log(1 - w + w * PSI[i]));
    }
  }

  private static double psi(int point) {
    return PSI[point];
  }

  /** Empty while nothing is ruled out on either side. */
  Optional<Interval> interval() {
    double from = 0;
    double to = Double.POSITIVE_INFINITY;
    for (int i = 0; i < POINTS; i++) {
      if (against(i, 1) >= bound) {
        from = psi(i);
      }
      if (against(POINTS - 1 - i, -1) >= bound) {
        to = psi(POINTS - 1 - i);
      }
    }
    return from == 0 && Double.isInfinite(to)
        ? Optional.empty()
        : Optional.of(new Interval(from, to));
  }

  /** Evidence that the ratio lies beyond the point, upwards or downwards; equal weights. */
  private double against(int point, int direction) {
    double[] logs = new double[STEPS.length];
    for (int k = 0; k < STEPS.length; k++) {
      int alternative = Math.clamp(point + (long) direction * STEPS[k], 0, POINTS - 1);
      logs[k] = sums[alternative] - sums[point];
    }
    return LogSum.of(logs) - StrictMath.log(STEPS.length);
  }

  /** As part of a sentence; empty while there is nothing to say. */
  String words() {
    return interval()
        .map(i ->
            Double.isInfinite(i.to())
                ? ", at least %s times stable's".formatted(Evidence.rounded(i.from()))
                : ", %s to %s times stable's"
                    .formatted(Evidence.rounded(i.from()), Evidence.rounded(i.to())))
        .orElse("");
  }

  void save(StateWriter to) {
    to.numbers(sums);
  }

  void restore(StateReader from) {
    from.numbers(sums);
  }
}
