package dev.palinode.analysis.rivals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

/** Published golden values, and a statistic counted pair by pair instead of by ranks. */
class MannWhitneyTest {
  private static final double BRENT = 1e-4;

  @Test
  void goldenValues_areReproduced() {
    var interval =
        MannWhitney.interval(new double[] {10, 20, 30, 40}, new double[] {1, 2, 3, 4}, 0.95);
    assertThat(interval.low()).isCloseTo(6, within(BRENT));
    assertThat(interval.high()).isCloseTo(39, within(BRENT));
    assertThat(interval.estimate()).isCloseTo(22.5, within(BRENT));
    assertThat(MannWhitney.quantile(0.01)).isCloseTo(-2.326348, within(1e-6));
  }

  @Test
  void quantile_isTheNormalOne() {
    for (double p : new double[] {0.001, 0.01, 0.3, 0.5, 0.9, 0.9999}) {
      assertThat(MannWhitney.quantile(p))
          .isCloseTo(NormalDistribution.of(0, 1).inverseCumulativeProbability(p), within(1e-9));
    }
  }

  @Test
  void root_isWhereThePairsCrossTheQuantile() {
    SplittableRandom random = new SplittableRandom(11);
    for (int run = 0; run < 40; run++) {
      double[] x = values(random, 12 + run % 7, 3, run % 2 == 0);
      double[] y = values(random, 9 + run % 11, 1, run % 2 == 0);
      var interval = MannWhitney.interval(x, y, 0.98);
      double least = Arrays.stream(x).min().orElseThrow() - Arrays.stream(y).max().orElseThrow();
      double most = Arrays.stream(x).max().orElseThrow() - Arrays.stream(y).min().orElseThrow();
      check(x, y, interval.low(), 2.326347874, least, most);
      check(x, y, interval.high(), -2.326347874, least, most);
      check(x, y, interval.estimate(), 0, least, most);
    }
  }

  private static double[] values(SplittableRandom random, int n, double mean, boolean ties) {
    return random
        .doubles(n, mean - 2, mean + 2)
        .map(v -> ties ? Math.rint(v * 4) / 4 : v)
        .toArray();
  }

  private static void check(
      double[] x, double[] y, double root, double quantile, double least, double most) {
    assertThat(root).isBetween(least, most);
    if (root > least && root < most) {
      assertThat(byPairs(x, y, root - 2 * BRENT)).isGreaterThanOrEqualTo(quantile);
      assertThat(byPairs(x, y, root + 2 * BRENT)).isLessThanOrEqualTo(quantile);
    }
  }

  private static double byPairs(double[] x, double[] y, double shift) {
    double above = 0;
    for (double a : x) {
      for (double b : y) {
        above += a - shift > b ? 1 : a - shift == b ? 0.5 : 0;
      }
    }
    double[] all = new double[x.length + y.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = i < x.length ? x[i] - shift : y[i - x.length];
    }
    double ties = 0; // t^3 - t over groups, as a sum over their members of t^2 - 1
    for (double v : all) {
      double t = Arrays.stream(all).filter(o -> o == v).count();
      ties += t * t - 1;
    }
    double n = x.length;
    double m = y.length;
    double surplus = above - n * m / 2;
    double variance = n * m / 12 * ((n + m + 1) - ties / ((n + m) * (n + m - 1)));
    return (surplus - Math.signum(surplus) * 0.5) / Math.sqrt(variance);
  }

  /** Kayenta's own "Problem Case": the absolute tolerance swallows small numbers. */
  @Test
  void rangeBelowTheTolerance_collapsesToTheEnds() {
    double[] x = {0.03333, 0.033331, 0.033333, 0.033335};
    double[] y = {0.03332, 0.033321, 0.033324, 0.033326};
    var interval = MannWhitney.interval(x, y, 0.98);
    assertThat(interval.low()).isEqualTo(0.03333 - 0.033326);
    assertThat(interval.high()).isEqualTo(0.033335 - 0.03332);
    assertThat(interval.estimate()).isIn(interval.low(), interval.high());
  }

  @Test
  void allTied_throwsAsThere() {
    assertThatThrownBy(
            () -> MannWhitney.interval(new double[] {1, 1}, new double[] {1, 1, 1}, 0.98))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void commonLanguageEffect_isTheShareOfPairsAbove() {
    double[] x = {1, 5, 7};
    double[] y = {1, 2, 6, 9};
    assertThat(MannWhitney.commonLanguageEffect(x, y)).isCloseTo((0.5 + 2 + 3) / 12, within(1e-12));
    assertThat(MannWhitney.commonLanguageEffect(new double[] {9}, new double[] {1, 2}))
        .isEqualTo(1);
  }
}
