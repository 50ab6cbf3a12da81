package dev.palinode.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.HypergeometricDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The formulas against full enumeration and against the conditional form, computed apart. */
class SequentialTestTest {
  private static final double[] STABLE = {1e-6, 1e-4, 0.001, 0.005, 0.02, 0.1, 0.3, 0.5, 0.8, 0.99};

  /** Bad requests among stable's, seen before the window that is enumerated. */
  private static final long[][] HISTORIES = {{0, 0}, {20, 10_000}, {10, 1_000}, {40, 200}};

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 0",
    "1, 10, 1, 0",
    "2, 18, 1.2, 0.0005",
    "5, 5, 1.5, 0",
    "10, 50, 1, 0.01",
    "10, 50, 2, 0.05",
    "3, 27, 0, 0.01",
    "4, 20, 1.2, 0.05",
    "10, 10, 0.5, 0.01"
  })
  void harm_expectsAtMostOneUnderItsNull(int nc, int nb, double rho, double delta) {
    for (long[] history : HISTORIES) {
      double[][] evidence = evidence(() -> SequentialTest.harm(rho, delta), history, nc, nb);
      for (double pb : STABLE) {
        double most = Math.min(1, rho * pb + delta);
        for (double inside : new double[] {1, 0.9, 0.5, 0.1}) {
          assertThat(expectation(evidence, most * inside, pb))
              .as("stable %s, candidate %s", pb, most * inside)
              .isLessThanOrEqualTo(1 + 1e-9);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 10, 1, 0.01", "10, 50, 1.2, 0.0105", "5, 5, 0, 0.05", "10, 20, 0.5, 0.01"})
  void health_expectsAtMostOneUnderItsNull(int nc, int nb, double rho, double delta) {
    for (long[] history : HISTORIES) {
      double[][] evidence = evidence(() -> SequentialTest.health(rho, delta), history, nc, nb);
      for (double pb : STABLE) {
        double least = rho * pb + delta;
        for (double outside : new double[] {0, 0.1, 0.5, 1}) {
          if (least <= 1) {
            assertThat(expectation(evidence, least + outside * (1 - least), pb))
                .as("stable %s, beyond by %s", pb, outside)
                .isLessThanOrEqualTo(1 + 1e-9);
          }
        }
      }
    }
  }

  /** Evidence after one more window, for every count of bad requests it may hold. */
  private static double[][] evidence(
      Supplier<SequentialTest> fresh, long[] history, int nc, int nb) {
    return evidence(fresh, history, nc, nb, 1);
  }

  private static double[][] evidence(
      Supplier<SequentialTest> fresh, long[] history, int nc, int nb, double eta) {
    double[][] evidence = new double[nc + 1][nb + 1];
    for (int c = 0; c <= nc; c++) {
      for (int b = 0; b <= nb; b++) {
        SequentialTest test = fresh.get();
        test.add(new WindowCounts(0, 0, history[1], history[0]), 1);
        test.add(new WindowCounts(nc, c, nb, b), eta);
        evidence[c][b] = Math.exp(test.logEvidence());
      }
    }
    return evidence;
  }

  private static double expectation(double[][] evidence, double pc, double pb) {
    var candidate = BinomialDistribution.of(evidence.length - 1, pc);
    var stable = BinomialDistribution.of(evidence[0].length - 1, pb);
    double sum = 0;
    for (int c = 0; c < evidence.length; c++) {
      for (int b = 0; b < evidence[c].length; b++) {
        sum += candidate.probability(c) * stable.probability(b) * evidence[c][b];
      }
    }
    return sum;
  }

  @Test
  void healthWhereStableIsBeyondTheBorder_canStillBeShown() {
    var test = SequentialTest.health(0, 0.01);
    for (int i = 0; i < 20; i++) {
      test.add(new WindowCounts(100, 0, 900, 90), 1);
    }
    assertThat(test.logEvidence()).isGreaterThan(Math.log(20));
  }

  /**
   * Fisher's form: given all bad requests, the candidate's part is hypergeometric, tilted by psi.
   */
  @ParameterizedTest
  @CsvSource({"5, 5, 3", "2, 8, 2", "9, 6, 10", "0, 10, 5"})
  void rareErrors_agreeWithTheConditionalForm(int c, int b, double psi) {
    int nc = 1_000;
    int nb = 9_000;
    double stable = 0.001;
    var split = HypergeometricDistribution.of(nc + nb, c + b, nc);
    double tilted = 0;
    for (int j = 0; j <= c + b; j++) {
      tilted += split.probability(j) * Math.pow(psi, j);
    }
    double conditional = c * Math.log(psi) - Math.log(tilted);
    double odds = psi * stable / (1 - stable);
    double ours =
        SequentialTest.logIncrement(
            new WindowCounts(nc, c, nb, b), odds / (1 + odds), stable, 1, 0);
    assertThat(ours).isCloseTo(conditional, within(0.03 * Math.max(1, Math.abs(conditional))));
  }

  @Test
  void projection_isTheMinimum() {
    for (double rho : new double[] {0.5, 1, 1.2, 2}) {
      for (double delta : new double[] {0.0005, 0.01}) {
        double stable = 0.004;
        double candidate = 0.08;
        double x = SequentialTest.projection(150, 1350, candidate, stable, rho, delta);
        double least = divergence(x, 150, 1350, candidate, stable, rho, delta);
        for (double other = 0.0001; other < 0.2; other += 0.0001) {
          assertThat(divergence(other, 150, 1350, candidate, stable, rho, delta))
              .isGreaterThanOrEqualTo(least - 1e-12);
        }
      }
    }
  }

  @Test
  void equalRates_projectOntoThePooledShare() {
    assertThat(SequentialTest.projection(100, 900, 0.05, 0.01, 1, 0))
        .isCloseTo((100 * 0.05 + 900 * 0.01) / 1000, within(1e-15));
    assertThat(SequentialTest.projection(100, 900, 0.05, 0.01, 1, 1e-13))
        .isCloseTo((100 * 0.05 + 900 * 0.01) / 1000, within(1e-9));
  }

  private static double divergence(
      double x, int nc, int nb, double candidate, double stable, double rho, double delta) {
    return nc * kl(candidate, rho * x + delta) + nb * kl(stable, x);
  }

  private static double kl(double p, double q) {
    return p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
  }

  @Test
  void windowWithoutCandidate_changesNoEvidence() {
    var test = SequentialTest.harm(1, 0);
    test.add(new WindowCounts(0, 0, 1_000, 40), 1);
    test.add(WindowCounts.EMPTY, 1);
    assertThat(test.logEvidence()).isCloseTo(0, within(1e-12));
    assertThat(test.expectedStable()).isCloseTo(40.5 / 1_050, within(1e-12));
  }

  @Test
  void everythingBadInBothArms_isNoHarm() {
    var test = SequentialTest.harm(1.2, 0.0005);
    for (int i = 0; i < 100; i++) {
      test.add(new WindowCounts(10, 10, 90, 90), 1);
    }
    assertThat(test.logEvidence()).isFinite().isLessThan(Math.log(100));
  }

  @Test
  void temperedEvidence_growsMoreSlowly() {
    var plain = SequentialTest.harm(1, 0);
    var tempered = SequentialTest.harm(1, 0);
    for (int i = 0; i < 10; i++) {
      plain.add(new WindowCounts(100, 5, 900, 9), 1);
      tempered.add(new WindowCounts(100, 5, 900, 9), 0.25);
    }
    assertThat(tempered.logEvidence()).isPositive().isLessThan(plain.logEvidence() / 2);
  }

  /** Random borders, histories and tempering; every outcome of one window enumerated. */
  @Test
  void anyNull_expectsAtMostOne() {
    SplittableRandom random = new SplittableRandom(20_261);
    for (int i = 0; i < 300; i++) {
      double rho = random.nextInt(4) == 0 ? 0 : random.nextDouble(2.5);
      double delta = rho == 0 ? random.nextDouble(0.001, 0.2) : random.nextDouble(0.1);
      int nc = 1 + random.nextInt(8);
      int nb = random.nextInt(16);
      long past = random.nextInt(500);
      long[] history = {past == 0 ? 0 : random.nextLong(past), past};
      double eta = random.nextBoolean() ? 1 : random.nextDouble(0.05, 1);
      Onset onset = new Onset(random.nextInt(3));
      double[][] harm =
          evidence(() -> SequentialTest.harm(rho, delta, onset), history, nc, nb, eta);
      double[][] health = evidence(() -> SequentialTest.health(rho, delta), history, nc, nb, eta);
      for (double pb : STABLE) {
        double border = Math.min(1, rho * pb + delta);
        double below = border * (1 - Math.pow(random.nextDouble(), 3));
        double above = border + (1 - border) * Math.pow(random.nextDouble(), 3);
        assertThat(expectation(harm, below, pb)).as("harm %d", i).isLessThanOrEqualTo(1 + 1e-9);
        if (rho * pb + delta <= 1) {
          assertThat(expectation(health, above, pb))
              .as("health %d", i)
              .isLessThanOrEqualTo(1 + 1e-9);
        }
      }
    }
  }

  /** Three windows, a start before each: all 1,728 outcomes, the mixture still expects one. */
  @ParameterizedTest
  @CsvSource({"1, 0, 0.1", "1.2, 0.05, 0.2", "0, 0.3, 0.5", "1, 0, 0.01"})
  void lateOnset_expectsAtMostOneOverSeveralWindows(double rho, double delta, double pb) {
    double pc = Math.min(1, rho * pb + delta);
    assertThat(over(SequentialTest.harm(rho, delta, new Onset(1)), 3, pc, pb))
        .isLessThanOrEqualTo(1 + 1e-9)
        .isGreaterThan(0.5);
  }

  private static double over(SequentialTest test, int windows, double pc, double pb) {
    if (windows == 0) {
      return Math.exp(test.logEvidence());
    }
    var candidate = BinomialDistribution.of(2, pc);
    var stable = BinomialDistribution.of(3, pb);
    var before = new StateWriter();
    test.save(before);
    double sum = 0;
    for (int c = 0; c <= 2; c++) {
      for (int b = 0; b <= 3; b++) {
        test.restore(new StateReader(before.bytes()));
        test.add(new WindowCounts(2, c, 3, b), 1);
        sum += candidate.probability(c) * stable.probability(b) * over(test, windows - 1, pc, pb);
      }
    }
    return sum;
  }

  @Test
  void onset_weightsAddUpToOne() {
    for (Onset onset : List.of(Onset.AT_ONCE, new Onset(40))) {
      double sum = 0;
      for (int start = 0; start < (onset.every() == 0 ? 1 : 50); start++) {
        sum += Math.exp(onset.logWeight(start));
      }
      assertThat(sum + Math.exp(onset.logRest(50))).isCloseTo(1, within(1e-12));
    }
  }

  @Test
  void whatStableDidBefore_changesPowerOnly() {
    var blind = SequentialTest.harm(1, 0);
    var told = SequentialTest.harm(1, 0);
    told.expect(10, 10_000);
    for (int i = 0; i < 5; i++) {
      blind.add(new WindowCounts(100, 2, 900, 1), 1);
      told.add(new WindowCounts(100, 2, 900, 1), 1);
    }
    assertThat(told.logEvidence()).isGreaterThan(blind.logEvidence());
    assertThat(told.expectedStable()).isCloseTo(15.5 / 14_550, within(1e-12));
  }

  /**
   * At 100 % there is no stable beside the candidate; 5 % bad after 0.5 % is found, 0.5 % is not.
   */
  @Test
  void candidateAlone_isHeldAgainstWhatStableDid() {
    int blamed = 0;
    for (int run = 0; run < 100; run++) {
      SplittableRandom random = new SplittableRandom(run);
      var same = SequentialTest.harm(1, 0);
      var worse = SequentialTest.harm(1, 0);
      for (var test : List.of(same, worse)) {
        test.expect(50, 10_000);
      }
      boolean once = false;
      for (int i = 0; i < 60; i++) {
        same.addAlone(
            new WindowCounts(300, Shop.binomial(random, 300, 0.005), 0, 0), Tempering.by(1));
        worse.addAlone(
            new WindowCounts(300, Shop.binomial(random, 300, 0.05), 0, 0), Tempering.by(1));
        once |= same.logEvidence() >= Math.log(100);
      }
      blamed += once ? 1 : 0;
      assertThat(worse.logEvidence()).isGreaterThan(Math.log(100));
    }
    assertThat(blamed).isLessThanOrEqualTo(3);
  }
}
