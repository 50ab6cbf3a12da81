package dev.palinode.analysis.rivals;

import java.util.Arrays;
import org.hipparchus.special.Erf;

/**
 * The confidence interval of how far the experiment lies above the control, as Kayenta computes it
 * (MannWhitney.scala:58-108, after R's {@code wilcox.test}): the shifts at which the standardised
 * rank sum of the shifted experiment, with average ranks, a correction for ties and one for
 * continuity, crosses the normal quantiles.
 */
public final class MannWhitney {
  private static final double TOLERANCE = 1e-4;

  /**
   * In units of the data.
   *
   * @param estimate the Hodges-Lehmann shift, where the rank sum is what chance would make it
   */
  public record Interval(double low, double high, double estimate) {}

  private final double[] experiment;
  private final double[] control;

  private MannWhitney(double[] experiment, double[] control) {
    this.experiment = experiment;
    this.control = control;
  }

  /**
   * @param experiment at least one value, none NaN
   * @param control at least one value, none NaN
   * @throws IllegalArgumentException if at some shift every value is the same; Kayenta throws there
   */
  public static Interval interval(double[] experiment, double[] control, double confidence) {
    double[] x = sorted(experiment);
    double[] y = sorted(control);
    MannWhitney test = new MannWhitney(x, y);
    double least = x[0] - y[y.length - 1];
    double most = x[x.length - 1] - y[0];
    double quantile = quantile((1 - confidence) / 2);
    return new Interval(
        test.root(-quantile, least, most),
        test.root(quantile, least, most),
        test.root(0, least, most));
  }

  /** Of the standard normal distribution. */
  static double quantile(double probability) {
    return Math.sqrt(2) * Erf.erfInv(2 * probability - 1);
  }

  private double root(double quantile, double least, double most) {
    if (standardised(least) - quantile <= 0) {
      return least;
    }
    if (standardised(most) - quantile >= 0) {
      return most;
    }
    return BrentZero.of(shift -> standardised(shift) - quantile, least, most, TOLERANCE);
  }

  private double standardised(double shift) {
    double n = experiment.length;
    double m = control.length;
    Ranks ranks = Ranks.of(experiment, shift, control);
    double surplus = ranks.first() - n * (n + 1) / 2 - n * m / 2;
    double variance = n * m / 12 * (n + m + 1 - ranks.ties() / ((n + m) * (n + m - 1)));
    if (!(variance > 0)) {
      throw new IllegalArgumentException("every value is the same; there is no interval");
    }
    return (surplus - Math.signum(surplus) / 2) / Math.sqrt(variance);
  }

  /** Probability that a value of the experiment exceeds one of the control, ties counting half. */
  static double commonLanguageEffect(double[] experiment, double[] control) {
    double n = experiment.length;
    double m = control.length;
    double ranks = Ranks.of(sorted(experiment), 0, sorted(control)).first();
    return (2 * ranks - n * (n + 1)) / (2 * n * m);
  }

  private static double[] sorted(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  /**
   * @param first sum of the first sample's average ranks in both together
   * @param ties sum of t^3 - t over groups of t equal values
   */
  private record Ranks(double first, double ties) {
    /** Both samples are sorted; {@code shift} is taken from the first. */
    static Ranks of(double[] first, double shift, double[] second) {
      double sum = 0;
      double ties = 0;
      int i = 0;
      int j = 0;
      while (i < first.length) {
        double value = first[i] - shift;
        while (j < second.length && second[j] < value) {
          int from = j;
          while (j < second.length && second[j] == second[from]) {
            j++;
          }
          ties += cubed(j - from);
        }
        int before = i + j;
        int own = i;
        while (i < first.length && first[i] - shift == value) {
          i++;
        }
        while (j < second.length && second[j] == value) {
          j++;
        }
        int equal = i + j - before;
        sum += (i - own) * (before + (equal + 1) / 2.0);
        ties += cubed(equal);
      }
      while (j < second.length) {
        int from = j;
        while (j < second.length && second[j] == second[from]) {
          j++;
        }
        ties += cubed(j - from);
      }
      return new Ranks(sum, ties);
    }

    private static double cubed(double equal) {
      return equal * equal * equal - equal;
    }
  }
}
