package dev.palinode.analysis;

import org.hipparchus.special.Erf;

/**
 * Whether the mean of a sequence is above zero, by a confidence sequence that holds in the limit of
 * many values (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Time-uniform central limit theory
 * and asymptotic confidence sequences, Annals of Statistics 2024): a half-normal mixture over the
 * possible means, in units of the estimated deviation. Values must hang together little; {@link
 * GaugeMetric} hands in means of batches.
 */
public final class MeanSequence {
  /** Fewer values say nothing: the limit is too far. */
  static final int FEWEST = 20;

  /** The number of values at which the sequence is tightest. */
  private static final double BEST_AT = 30;

  /** Least deviation, relative to the mean. */
  private static final double SMALLEST = 1e-6;

  private final double rho2;
  private long n;
  private double mean;
  private double squares;

  /**
   * @param level chance of error that the mixture is made tight for
   */
  public MeanSequence(double level) {
    double a = -2 * StrictMath.log(level);
    this.rho2 = (a + StrictMath.log(a + 1)) / BEST_AT;
  }

  public void add(double value) {
    n++;
    double off = value - mean;
    mean += off / n;
    squares += off * (value - mean);
  }

  /**
   * Natural logarithm of the evidence that the mean is above zero: ln(2 exp(a^2/2) Phi(a) / sqrt(n
   * rho^2 + 1)) with a = z n rho / sqrt(n rho^2 + 1), z = mean / deviation.
   */
  public double logEvidence() {
    if (n < FEWEST) {
      return 0;
    }
    // Values that never move differ for sure; the floor only keeps the quotient finite.
    double deviation =
        Math.max(StrictMath.sqrt(squares / (n - 1)), SMALLEST * Math.abs(mean) + Double.MIN_NORMAL);
    double spread = n * rho2 + 1;
    double a = mean / deviation * n * StrictMath.sqrt(rho2 / spread);
    return StrictMath.log(2) + logTail(a) - StrictMath.log(spread) / 2;
  }

  /** ln(e^(a^2/2) Phi(a)); far below zero by Mills' bound, where Phi itself has no digits left. */
  private static double logTail(double a) {
    return a < -5
        ? StrictMath.log(-a / (1 + a * a) / StrictMath.sqrt(2 * Math.PI))
        : a * a / 2 + StrictMath.log(0.5 * Erf.erfc(-a / StrictMath.sqrt(2)));
  }

  long count() {
    return n;
  }

  double mean() {
    return mean;
  }

  void save(StateWriter to) {
    to.count(n).number(mean).number(squares);
  }

  void restore(StateReader from) {
    n = from.count();
    mean = from.number();
    squares = from.number();
  }
}
