package dev.palinode.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** How often the test is wrong and how long it takes, on a fixed sample of simulated rollouts. */
class ErrorRatesTest {
  private static final int WINDOWS = 240; // an hour of 15 s
  private static final double FAIL = Math.log(100);
  private static final double PASS = Math.log(20);
  private static final Calibration CALIBRATION = Calibration.assumed(0.3, "it was given");
  private static final Calibration UNEQUAL = Calibration.assumed(1, "it was given");

  private record Rollout(double rate, double share, double stable, double candidate) {
    WindowCounts window(SplittableRandom random) {
      long n = Math.round(rate * 15);
      long nc = Shop.binomial(random, n, share);
      return new WindowCounts(
          nc, Shop.binomial(random, nc, candidate), n - nc, Shop.binomial(random, n - nc, stable));
    }
  }

  /** Seconds until the evidence reaches the bound, or -1. */
  private static int delay(SequentialTest test, double bound, Rollout rollout, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 1; i <= WINDOWS; i++) {
      test.add(rollout.window(random), 1);
      if (test.logEvidence() >= bound) {
        return i * 15;
      }
    }
    return -1;
  }

  private static int[] delays(
      int runs, Rollout rollout, double bound, java.util.function.Supplier<SequentialTest> test) {
    int[] delays = new int[runs];
    for (int run = 0; run < runs; run++) {
      delays[run] = delay(test.get(), bound, rollout, 9_000 + run);
    }
    Arrays.sort(delays);
    return delays;
  }

  private static long reached(int[] delays) {
    return Arrays.stream(delays).filter(d -> d > 0).count();
  }

  private static int median(int[] delays) {
    int[] found = Arrays.stream(delays).filter(d -> d > 0).toArray();
    return found[found.length / 2];
  }

  @Test
  void healthyRelease_isSeldomBlamed() {
    for (double p : new double[] {0.001, 0.005, 0.02}) {
      int[] delays =
          delays(300, new Rollout(100, 0.1, p, p), FAIL, () -> SequentialTest.harm(1, 0));
      System.out.printf("A/A 100 req/s, %s bad: %d of 300 blamed%n", p, reached(delays));
      assertThat(reached(delays)).as("at %s", p).isLessThanOrEqualTo(3);
    }
  }

  @Test
  void harm_isFoundAboutAsFastAsTheReference() {
    int[][] expected = {{5, 135}, {20, 30}, {100, 15}}; // tenths of a point, seconds
    for (int[] row : expected) {
      Rollout rollout = new Rollout(100, 0.1, 0.001, 0.001 + row[0] / 1e3);
      int[] delays = delays(100, rollout, FAIL, () -> SequentialTest.harm(1, 0));
      System.out.printf(
          "+%.1f points at 100 req/s: %d of 100 found, median %d s%n",
          row[0] / 10.0, reached(delays), median(delays));
      assertThat(reached(delays)).isGreaterThanOrEqualTo(99);
      assertThat(median(delays)).isLessThanOrEqualTo(row[1] + 30);
    }
  }

  @Test
  void builtInMargin_findsTwoPointsWithinAMinute() {
    int[] delays =
        delays(
            100,
            new Rollout(100, 0.05, 0.001, 0.021),
            FAIL,
            () -> SequentialTest.harm(1.2, 0.0005));
    System.out.printf("+2 points, 5%% weight, built-in margin: median %d s%n", median(delays));
    assertThat(reached(delays)).isEqualTo(100);
    assertThat(median(delays)).isLessThanOrEqualTo(90);
  }

  @Test
  void healthyRelease_passesWithinTheTolerance() {
    int[] delays =
        delays(
            100,
            new Rollout(100, 0.1, 0.001, 0.001),
            PASS,
            () -> SequentialTest.health(1.2, 0.0105));
    System.out.printf("healthy: %d of 100 pass, median %d s%n", reached(delays), median(delays));
    assertThat(reached(delays)).isEqualTo(100);
    assertThat(median(delays)).isLessThanOrEqualTo(120);
  }

  @Test
  void releaseAtTheTolerance_seldomPasses() {
    int[] delays =
        delays(
            300,
            new Rollout(100, 0.1, 0.001, 1.2 * 0.001 + 0.0105),
            PASS,
            () -> SequentialTest.health(1.2, 0.0105));
    System.out.printf("at the tolerance: %d of 300 pass%n", reached(delays));
    assertThat(reached(delays)).isLessThanOrEqualTo(22); // beta 5 %: 15, and three deviations
  }

  /** One pod against nine at cv 0.3, each minute with its own luck: tempering keeps the promise. */
  @Test
  void unequalPods_areTempered() {
    int plain = 0;
    int tempered = 0;
    for (int run = 0; run < 60; run++) {
      SplittableRandom random = new SplittableRandom(77_000 + run);
      var raw = SequentialTest.harm(1, 0);
      var calm = SequentialTest.harm(1, 0);
      boolean rawBlamed = false;
      boolean calmBlamed = false;
      double luckC = 1;
      double luckB = 1;
      for (int i = 0; i < WINDOWS; i++) {
        if (i % 4 == 0) {
          luckC = luck(random, 1, 0.3);
          luckB = luck(random, 9, 0.3);
        }
        var window = new Rollout(1_000, 0.1, 0.005 * luckB, 0.005 * luckC).window(random);
        raw.add(window, 1);
        calm.add(window, Tempering.of(1_000, 0.1, calm.expectedStable(), CALIBRATION, 1, 9));
        rawBlamed |= raw.logEvidence() >= FAIL;
        calmBlamed |= calm.logEvidence() >= FAIL;
      }
      plain += rawBlamed ? 1 : 0;
      tempered += calmBlamed ? 1 : 0;
    }
    System.out.printf("unequal pods: %d of 60 blamed plain, %d tempered%n", plain, tempered);
    assertThat(tempered).isLessThanOrEqualTo(2);
    assertThat(plain).isGreaterThan(tempered);
  }

  /** As unequal as can be: one pod of the candidate, and pods vary as much as errors do. */
  @Test
  void releaseAtTheToleranceOnOnePod_seldomPasses() {
    int passed = 0;
    for (int run = 0; run < 200; run++) {
      SplittableRandom random = new SplittableRandom(31_000 + run);
      var test = SequentialTest.health(1.2, 0.0105);
      boolean passes = false;
      double luckC = 1;
      double luckB = 1;
      for (int i = 0; i < WINDOWS; i++) {
        if (i % 4 == 0) {
          luckC = luck(random, 1, 1);
          luckB = luck(random, 9, 1);
        }
        var window =
            new Rollout(100, 0.1, 0.001 * luckB, Math.min(1, (1.2 * 0.001 + 0.0105) * luckC))
                .window(random);
        test.add(window, Tempering.of(100, 0.1, test.expectedStable(), UNEQUAL, 1, 9));
        passes |= test.logEvidence() >= PASS;
      }
      passed += passes ? 1 : 0;
    }
    System.out.printf("at the tolerance, unequal pods: %d of 200 pass%n", passed);
    assertThat(passed).isLessThanOrEqualTo(19); // beta 5 %: 10, and three deviations
  }

  /** Mean of independent log-normal factors, one per pod. */
  private static double luck(SplittableRandom random, int pods, double cv) {
    double sigma = Math.sqrt(Math.log1p(cv * cv));
    double sum = 0;
    for (int i = 0; i < pods; i++) {
      sum += Math.exp(sigma * random.nextGaussian() - sigma * sigma / 2);
    }
    return sum / pods;
  }
}
