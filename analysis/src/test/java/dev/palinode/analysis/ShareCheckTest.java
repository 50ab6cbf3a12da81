package dev.palinode.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palinode.analysis.Exhibit.ClosedWindow;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.junit.jupiter.api.Test;

class ShareCheckTest {
  private static final Duration WINDOW = Duration.ofSeconds(15);

  private static ClosedWindow window(double weight, Instant since, long candidate, long stable) {
    return new ClosedWindow(
        Shop.T0, weight, Optional.of(since), 1, 3, candidate, stable, List.of(), Optional.empty());
  }

  /** Windows until the check fires, of 100 requests/s at 10 %, or -1. */
  private static int fires(long seed, double share, int windows) {
    SplittableRandom random = new SplittableRandom(seed);
    ShareCheck check = new ShareCheck(WINDOW);
    for (int i = 1; i <= windows; i++) {
      long candidate = Shop.binomial(random, 1_500, share);
      check.add(window(0.1, Shop.T0, candidate, 1_500 - candidate));
      if (check.mismatch().isPresent()) {
        return i;
      }
    }
    return -1;
  }

  @Test
  void toldSplit_expectsAtMostOne() {
    double weight = 0.2;
    int n = 40;
    var split = BinomialDistribution.of(n, weight);
    double sum = 0;
    for (int c = 0; c <= n; c++) {
      ShareCheck check = new ShareCheck(WINDOW);
      check.add(window(weight, Shop.T0, c, n - c));
      sum += split.probability(c) * Math.exp(check.logEvidence());
    }
    assertThat(sum).isCloseTo(1, within(0.01)).isLessThanOrEqualTo(1 + 1e-9);
  }

  @Test
  void fifthOfTheShareLost_isNoticedWithinAboutAMinute() {
    int sum = 0;
    for (int seed = 0; seed < 20; seed++) {
      int windows = fires(seed, 0.08, 40);
      assertThat(windows).isPositive();
      sum += windows;
    }
    assertThat(sum / 20).isLessThanOrEqualTo(5);
  }

  @Test
  void toldSplit_isNotBlamed() {
    for (int seed = 100; seed < 300; seed++) {
      assertThat(fires(seed, 0.1, 60)).as("seed %d", seed).isNegative();
    }
  }

  @Test
  void busyServiceWithASplitWithinTheSlack_isNotBlamed() {
    ShareCheck check = new ShareCheck(WINDOW);
    for (int i = 0; i < 240; i++) {
      check.add(window(0.1, Shop.T0, i % 2 == 0 ? 15_150 : 14_850, i % 2 == 0 ? 134_850 : 135_150));
    }
    assertThat(check.mismatch()).isEmpty();
  }

  @Test
  void newWeight_beginsAnew() {
    ShareCheck check = new ShareCheck(WINDOW);
    for (int i = 0; i < 20; i++) {
      check.add(window(0.1, Shop.T0, 0, 1_500));
    }
    assertThat(check.mismatch()).get().asString().contains("0% of 30000 requests", "told 10%");
    check.add(window(0.25, Shop.T0.plusSeconds(300), 375, 1_125));
    assertThat(check.mismatch()).isEmpty();
  }

  @Test
  void unknownOrFullWeight_isNotChecked() {
    ShareCheck check = new ShareCheck(WINDOW);
    for (double weight : new double[] {Double.NaN, 0, 1}) {
      check.add(window(weight, Shop.T0, 700, 800));
    }
    assertThat(check.logEvidence()).isZero();
  }
}
