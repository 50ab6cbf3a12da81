package dev.palinode.analysis.rivals;

import java.util.function.DoubleUnaryOperator;

/**
 * Brent's zero finder with the tolerance rule that R's {@code uniroot} and Kayenta use: an absolute
 * one, whatever the scale of the data. A library's solver stops elsewhere, and Kayenta's verdicts
 * on small numbers hang on where it stops (Brent, Algorithms for Minimization Without Derivatives,
 * 1973, chapter 4).
 */
final class BrentZero {
  private static final int ITERATIONS = 1001;
  private static final double MACHINE = Math.ulp(1.0);

  private BrentZero() {}

  /**
   * A zero of {@code f}, or the end of the interval that the search was closing in on.
   *
   * @param low f there and at {@code high} differ in sign
   * @param tolerance absolute
   */
  static double of(DoubleUnaryOperator f, double low, double high, double tolerance) {
    double previous = low;
    double best = high;
    double fPrevious = f.applyAsDouble(low);
    double fBest = f.applyAsDouble(high);
    if (fPrevious == 0) {
      return low;
    }
    if (fBest == 0) {
      return high;
    }
    double other = previous;
    double fOther = fPrevious;
    for (int i = 0; i < ITERATIONS; i++) {
      double lastStep = best - previous;
      if (Math.abs(fOther) < Math.abs(fBest)) {
        previous = best;
        best = other;
        other = previous;
        fPrevious = fBest;
        fBest = fOther;
        fOther = fPrevious;
      }
      double near = 2 * MACHINE * Math.abs(best) + tolerance / 2;
      double half = (other - best) / 2;
      if (Math.abs(half) <= near || fBest == 0) {
        return best;
      }
      double step = half;
      if (Math.abs(lastStep) >= near && Math.abs(fPrevious) > Math.abs(fBest)) {
        step = interpolated(previous, best, other, fPrevious, fBest, fOther, lastStep, near, half);
      }
      if (Math.abs(step) < near) {
        step = step > 0 ? near : -near;
      }
      previous = best;
      fPrevious = fBest;
      best += step;
      fBest = f.applyAsDouble(best);
      if (Math.signum(fBest) == Math.signum(fOther) && fBest != 0) {
        other = previous;
        fOther = fPrevious;
      }
    }
    return best;
  }

  /** A secant or inverse quadratic step where it stays well inside the bracket, else half of it. */
  private static double interpolated(
      double previous,
      double best,
      double other,
      double fPrevious,
      double fBest,
      double fOther,
      double lastStep,
      double near,
      double half) {
    double width = other - best;
    double ratio = fBest / fPrevious;
    double p;
    double q;
    if (previous == other) {
      p = width * ratio;
      q = 1 - ratio;
    } else {
      double a = fPrevious / fOther;
      double b = fBest / fOther;
      p = ratio * (width * a * (a - b) - (best - previous) * (b - 1));
      q = (a - 1) * (b - 1) * (ratio - 1);
    }
    if (p > 0) {
      q = -q;
    } else {
      p = -p;
    }
    boolean inside = p < 0.75 * width * q - Math.abs(near * q) / 2;
    return inside && p < Math.abs(lastStep * q / 2) ? p / q : half;
  }
}
