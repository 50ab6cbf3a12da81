package dev.palinode.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.apache.commons.statistics.distribution.LogNormalDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShiftTestTest {
  private static final double[] SMALL = {10, 20, 40, Double.POSITIVE_INFINITY};

  /** One window more, every outcome of few requests in four buckets; any common distribution. */
  @ParameterizedTest
  @CsvSource({"1, 3, 4", "1.3, 2, 3", "1.1, 1, 5"})
  void sameDistribution_expectsAtMostOne(double margin, int nc, int nb) {
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < 25; i++) {
      long[] past = {random.nextInt(200), random.nextInt(200), random.nextInt(50), 60};
      double[] stable = shares(random);
      Layout layout = new Layout(SMALL);
      double[] candidate = layout.move(stable, layout.shift(margin));
      double[] sum = {0};
      outcomes(
          nc,
          0,
          new long[4],
          c ->
              outcomes(
                  nb,
                  0,
                  new long[4],
                  b -> {
                    ShiftTest test = new ShiftTest(SMALL, margin, margin + 0.5, Onset.AT_ONCE);
                    test.add(new long[4], past, 1);
                    test.add(c, b, 1);
                    double evidence = Math.exp(test.logHarmWhicheverWay());
                    sum[0] += probability(c, candidate) * probability(b, stable) * evidence;
                  }));
      assertThat(sum[0]).as("case %d", i).isLessThanOrEqualTo(1 + 1e-9).isPositive();
    }
  }

  private interface Use {
    void of(long[] counts);
  }

  private static void outcomes(int left, int bucket, long[] counts, Use use) {
    if (bucket == counts.length - 1) {
      counts[bucket] = left;
      use.of(counts.clone());
      return;
    }
    for (int n = 0; n <= left; n++) {
      counts[bucket] = n;
      outcomes(left - n, bucket + 1, counts, use);
    }
  }

  private static double probability(long[] counts, double[] shares) {
    double value = factorial(Arrays.stream(counts).sum());
    for (int j = 0; j < counts.length; j++) {
      value *= Math.pow(shares[j], counts[j]) / factorial(counts[j]);
    }
    return value;
  }

  private static double factorial(long n) {
    double value = 1;
    for (long i = 2; i <= n; i++) {
      value *= i;
    }
    return value;
  }

  private static double[] shares(SplittableRandom random) {
    double[] shares = new double[4];
    double sum = 0;
    for (int j = 0; j < 4; j++) {
      shares[j] = Math.pow(random.nextDouble(), 3) + 1e-3;
      sum += shares[j];
    }
    for (int j = 0; j < 4; j++) {
      shares[j] /= sum;
    }
    return shares;
  }

  @Test
  void shift_keepsAllRequestsAndMovesThemUp() {
    Layout layout = new Layout(Latencies.EDGES);
    double[] counts =
        Arrays.stream(new Latencies(1).counts(5_000, _ -> 1)).mapToDouble(n -> n).toArray();
    for (double factor : new double[] {1, 1.1, 2, 8}) {
      double[] moved = layout.move(counts, layout.shift(factor));
      assertThat(Arrays.stream(moved).sum()).isCloseTo(5_000, within(1e-6));
      double[] before = Layout.above(counts);
      double[] after = Layout.above(moved);
      for (int j = 0; j < counts.length; j++) {
        assertThat(moved[j]).isGreaterThanOrEqualTo(-1e-9);
        assertThat(after[j]).isGreaterThanOrEqualTo(before[j] - 1e-9);
      }
    }
  }

  /** Between narrow buckets the formula is about what requests do that really are slower. */
  @Test
  void shift_agreesWithSlowerRequests() {
    double[] edges = new double[40];
    for (int j = 0; j < 39; j++) {
      edges[j] = Math.pow(1.25, j);
    }
    edges[39] = Double.POSITIVE_INFINITY;
    Latencies random = new Latencies(2);
    double[] counts = new double[40];
    double[] slower = new double[40];
    for (int i = 0; i < 40_000; i++) {
      counts[bucket(random.one(), edges)]++;
      slower[bucket(1.5 * random.one(), edges)]++;
    }
    Layout layout = new Layout(edges);
    double[] moved = Layout.above(layout.move(counts, layout.shift(1.5)));
    double[] real = Layout.above(slower);
    for (int j = 0; j < moved.length; j++) {
      assertThat(moved[j] / 40_000).isCloseTo(real[j] / 40_000, within(0.01));
    }
  }

  /** Bounds a factor of two and more apart say as much as finer ones where latencies are smooth. */
  @ParameterizedTest
  @CsvSource({"1.05, 0.003", "1.2, 0.009", "1.6, 0.012", "4, 0.012"})
  void alternative_isNearWhatSlowerRequestsWouldBe(double factor, double off) {
    Layout layout = new Layout(Latencies.EDGES);
    var logNormal = LogNormalDistribution.of(Math.log(50), 0.8);
    double[] alternative = layout.slower(shares(logNormal, 1), new double[] {2, factor})[1];
    double[] real = shares(logNormal, factor);
    for (int j = 0; j < real.length; j++) {
      assertThat(alternative[j]).as("bucket %d", j).isCloseTo(real[j], within(off));
    }
  }

  private static double[] shares(LogNormalDistribution latencies, double factor) {
    double[] shares = new double[Latencies.EDGES.length];
    double before = 0;
    for (int j = 0; j < shares.length; j++) {
      double below = latencies.cumulativeProbability(Latencies.EDGES[j] / factor);
      shares[j] = below - before;
      before = below;
    }
    return shares;
  }

  @Test
  void alternative_isADistributionWhateverIsInTheBuckets() {
    SplittableRandom random = new SplittableRandom(5);
    for (int run = 0; run < 200; run++) {
      double[] edges = new double[3 + random.nextInt(run % 2 == 0 ? 12 : 60)];
      double edge = random.nextDouble();
      for (int j = 0; j < edges.length; j++) {
        edge *= 1 + (run % 2 == 0 ? 3 : 0.2) * random.nextDouble() + 1e-3;
        edges[j] = j == edges.length - 1 ? Double.POSITIVE_INFINITY : edge;
      }
      double[] shares = new double[edges.length];
      for (int j = 0; j < shares.length; j++) {
        shares[j] = random.nextInt(3) == 0 ? 0 : random.nextDouble();
      }
      double all = Arrays.stream(shares).sum();
      double sum = all == 0 ? 1 : all;
      Arrays.setAll(shares, j -> all == 0 && j == 0 ? 1 : shares[j] / sum);
      for (double[] slower : new Layout(edges).slower(shares, new double[] {1, 1.05, 2, 100})) {
        assertThat(Arrays.stream(slower).sum()).isCloseTo(1, within(1e-9));
        assertThat(Arrays.stream(slower).min().orElseThrow()).isNotNegative();
      }
      assertThat(new Layout(edges).slower(shares, new double[] {1})[0])
          .containsExactly(shares, within(1e-9));
    }
  }

  private static int bucket(double latency, double[] edges) {
    int at = Arrays.binarySearch(edges, latency);
    return at >= 0 ? at : -at - 1;
  }

  private record Outcome(int harm, int health) {}

  /** The windows of 100 requests/s at 10 % until harm or health shows; 0 if it never does. */
  private static Outcome run(
      long seed, double margin, int windows, ToDoubleFunction<SplittableRandom> factor) {
    ShiftTest test = new ShiftTest(Latencies.EDGES, margin, margin + 0.4, Onset.AT_ONCE);
    Latencies candidate = new Latencies(seed);
    Latencies stable = new Latencies(seed + 1_000_000);
    test.expect(Arrays.stream(stable.counts(5_000, _ -> 1)).mapToDouble(n -> n).toArray());
    int health = 0;
    for (int i = 1; i <= windows; i++) {
      test.add(candidate.counts(150, factor), stable.counts(1_350, _ -> 1), 1);
      health = health == 0 && test.logHealth() >= Math.log(20) ? i : health;
      if (test.logHarm() >= Math.log(100)) {
        return new Outcome(i, health);
      }
    }
    return new Outcome(0, health);
  }

  @ParameterizedTest
  @CsvSource({"1.2, 4", "1.5, 2"})
  void slowerCandidate_isFoundWithinAFewWindows(double factor, int within) {
    int[] windows = new int[20];
    for (int i = 0; i < windows.length; i++) {
      windows[i] = run(500 + i, 1, 60, _ -> factor).harm();
      assertThat(windows[i]).isPositive();
    }
    Arrays.sort(windows);
    assertThat(windows[10]).isLessThanOrEqualTo(within);
  }

  /** One request in a hundred takes five times as long: p50 does not move at all. */
  @Test
  void slowTail_isFoundInAboutTenThousandRequests() {
    int requests = 0;
    for (int i = 0; i < 6; i++) {
      int windows = run(700 + i, 1, 400, r -> r.nextInt(100) == 0 ? 5 : 1).harm();
      assertThat(windows).isPositive();
      requests += windows * 150;
    }
    assertThat(requests / 6).isLessThanOrEqualTo(15_000);
  }

  @ParameterizedTest
  @CsvSource({"1", "0.9", "0.5"})
  void sameOrFasterCandidate_isNotBlamedAndPasses(double factor) {
    int blamed = 0;
    for (int i = 0; i < 40; i++) {
      Outcome outcome = run(900 + i, 1.1, 40, _ -> factor);
      blamed += outcome.harm() > 0 ? 1 : 0;
      assertThat(outcome.health()).as("run %d", i).isPositive();
    }
    assertThat(blamed).isLessThanOrEqualTo(1);
  }

  /** In wide buckets, too, a candidate just at the margin is not taken to be beyond it. */
  @Test
  void candidateAtTheMargin_isNotBlamed() {
    int blamed = 0;
    for (int i = 0; i < 40; i++) {
      blamed += run(1_500 + i, 1.1, 80, _ -> 1.1).harm() > 0 ? 1 : 0;
    }
    assertThat(blamed).isLessThanOrEqualTo(2);
  }

  @Test
  void candidateAtTheTolerance_seldomPasses() {
    int passed = 0;
    for (int i = 0; i < 60; i++) {
      passed += run(2_000 + i, 1.1, 20, _ -> 1.5).health() > 0 ? 1 : 0;
    }
    assertThat(passed).isLessThanOrEqualTo(3);
  }

  /** Half of the requests faster, half slower, the mean about the same: different, not slower. */
  @Test
  void evidenceOfAnotherShape_doesNotCountWhereItIsFaster() {
    ShiftTest test = new ShiftTest(SMALL, 1, 1.5, Onset.AT_ONCE);
    test.add(new long[4], new long[] {100, 100, 100, 100}, 1);
    test.add(new long[] {90, 10, 0, 0}, new long[] {100, 100, 100, 100}, 1);
    assertThat(test.logHarm()).isLessThanOrEqualTo(0);
  }

  @Test
  void nothingKnownOfStable_saysNothing() {
    ShiftTest test = new ShiftTest(SMALL, 1, 1.5, Onset.AT_ONCE);
    test.add(new long[] {0, 0, 0, 500}, new long[] {10, 0, 0, 0}, 1);
    test.add(new long[] {0, 0, 0, 500}, new long[] {10, 0, 0, 0}, 1);
    assertThat(test.logHarm()).isZero();
    assertThat(test.logHealth()).isZero();
  }
}
