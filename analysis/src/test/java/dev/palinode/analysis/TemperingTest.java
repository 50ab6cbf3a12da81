package dev.palinode.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.statistics.distribution.GammaDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemperingTest {
  private static final double STABLE = 0.005;
  private static final double SHARE = 0.1;

  private static Calibration varying(double cv) {
    return Calibration.assumed(cv, "it was given");
  }

  /** Of an alternative with so many times the odds, against "not worse". */
  private static LogRatios worse(double times) {
    double odds = times * STABLE / (1 - STABLE);
    double candidate = odds / (1 + odds);
    double x = SHARE * candidate + (1 - SHARE) * STABLE;
    return LogRatios.of(candidate, STABLE, x, x);
  }

  /**
   * Expectation of what a minute's evidence is multiplied by if stable and candidate are the same:
   * bad requests independent given the arms' luck, luck integrated over in small steps.
   */
  private static double expectation(Tempering tempering, LogRatios ratios, double eta) {
    return arm(
            tempering.candidates(),
            tempering.candidateLuck(),
            eta * ratios.candidateBad(),
            eta * ratios.candidateGood())
        * arm(
            tempering.stables(),
            tempering.stableLuck(),
            eta * ratios.stableBad(),
            eta * ratios.stableGood());
  }

  private static double arm(double n, double luck, double bad, double good) {
    GammaDistribution gamma = GammaDistribution.of(1 / luck, luck);
    double sum = 0;
    int steps = 200_000;
    double most = 200;
    for (int i = 0; i < steps; i++) {
      double factor = most * (i + 0.5) / steps;
      double p = Math.min(1, STABLE * factor);
      double each = n * Math.log(p * Math.exp(bad) + (1 - p) * Math.exp(good));
      sum += Math.exp(gamma.logDensity(factor) + each) * most / steps;
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({
    "100, 1, 1, 9, 1.25", "100, 1, 1, 9, 3", "100, 1, 1, 9, 30",
    "1000, 1, 2, 18, 1.5", "1000, 1, 2, 18, 10", "1000, 1, 2, 18, 300",
    "1000, 0.3, 1, 9, 2", "1000, 0.3, 1, 9, 100"
  })
  void evidenceOfUnequalPods_isExpectedNotToGrow(
      double rate, double cv, int candidatePods, int stablePods, double times) {
    Tempering tempering = Tempering.of(rate, SHARE, STABLE, varying(cv), candidatePods, stablePods);
    LogRatios ratios = worse(times);
    double eta = tempering.eta(ratios, STABLE, STABLE);
    assertThat(expectation(tempering, ratios, eta)).isBetween(times > 3 ? 0 : 0.99, 1.0);
    assertThat(eta).isLessThan(tempering.most());
  }

  /** What it was before: right in the variance, wrong in the tail. */
  @Test
  void oneDividedByPhi_isNotEnoughForDistantAlternatives() {
    Tempering tempering = Tempering.of(1_000, SHARE, STABLE, varying(1), 1, 9);
    assertThat(expectation(tempering, worse(10), tempering.most())).isGreaterThan(10);
  }

  @Test
  void nearAlternative_isTemperedByPhi() {
    Tempering tempering = Tempering.of(1_000, SHARE, STABLE, varying(0.3), 2, 18);
    assertThat(tempering.eta(worse(1.01), STABLE, STABLE) / tempering.most()).isBetween(0.99, 1.0);
  }

  @Test
  void alikePods_areNotTempered() {
    Tempering tempering = Tempering.of(1_000, SHARE, STABLE, varying(0), 1, 9);
    assertThat(tempering.eta(worse(300), STABLE, STABLE)).isEqualTo(1);
    assertThat(Tempering.by(0.4).eta(worse(3), STABLE, STABLE)).isEqualTo(0.4);
  }

  @Test
  void hardlyAnyLuckOrTraffic_hardlyTempers() {
    for (double cv : new double[] {1e-9, 1e-4, 0.01}) {
      for (double rate : new double[] {1e-6, 0.01, 1}) {
        assertThat(
                Tempering.of(rate, SHARE, STABLE, varying(cv), 1, 9)
                    .eta(worse(300), STABLE, STABLE))
            .isBetween(0.999, 1.0);
      }
    }
  }

  @Test
  void hugeLuckAndTraffic_leaveAPowerAboveZero() {
    for (double times : new double[] {1.25, 10, 300}) {
      Tempering tempering = Tempering.of(1e6, SHARE, STABLE, varying(5), 1, 1);
      double eta = tempering.eta(worse(times), STABLE, STABLE);
      assertThat(eta).isPositive().isLessThan(tempering.most());
    }
  }

  /** As many pods for each request: then phi and the shares tell the arms' luck. */
  @Test
  void luckOfTheArms_isGuessedFromPhi() {
    Tempering told = Tempering.of(500, SHARE, STABLE, varying(0.6), 2, 18);
    Tempering guessed = Tempering.guessed(1 / told.most(), 500, SHARE, STABLE, Dispersion.NOISE);
    assertThat(guessed.candidateLuck()).isCloseTo(told.candidateLuck(), within(1e-9));
    assertThat(guessed.stableLuck()).isCloseTo(told.stableLuck(), within(1e-9));
  }
}
