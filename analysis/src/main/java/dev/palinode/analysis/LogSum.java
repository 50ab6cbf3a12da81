package dev.palinode.analysis;

/** Sums of numbers that are only held as their natural logarithms. */
final class LogSum {
  private LogSum() {}

  static double of(double a, double b) {
    double top = Math.max(a, b);
    double low = Math.min(a, b);
    return low == Double.NEGATIVE_INFINITY || top == Double.POSITIVE_INFINITY
        ? top
        : top + StrictMath.log1p(StrictMath.exp(low - top));
  }

  /** Negative infinity without any. */
  static double of(double[] logs) {
    double top = Double.NEGATIVE_INFINITY;
    for (double each : logs) {
      top = Math.max(top, each);
    }
    if (Double.isInfinite(top)) {
      return top;
    }
    double sum = 0;
    for (double each : logs) {
      sum += StrictMath.exp(each - top);
    }
    return top + StrictMath.log(sum);
  }
}
