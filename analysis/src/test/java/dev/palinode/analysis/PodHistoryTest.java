package dev.palinode.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodHistoryTest {
  private static final int DAY = 24 * 60;

  /** A day of pods with 3,000 requests a minute each; luck lasts for so many minutes. */
  private static PodHistory history(long seed, int pods, double share, double cv, int lasting) {
    SplittableRandom random = new SplittableRandom(seed);
    PodHistory history = new PodHistory();
    double sigma = Math.sqrt(Math.log1p(cv * cv));
    for (int pod = 0; pod < pods; pod++) {
      double luck = 1;
      for (int minute = 0; minute < DAY; minute++) {
        if (minute % lasting == 0) {
          luck = Math.exp(sigma * random.nextGaussian() - sigma * sigma / 2);
        }
        history.add("pod-" + pod, minute, Shop.binomial(random, 3_000, share * luck), 3_000);
      }
    }
    return history;
  }

  @ParameterizedTest
  @CsvSource({"6, 0.005, 0.3", "18, 0.005, 0.5", "9, 0.002, 1", "4, 0.02, 0.3"})
  void luckOfAMinute_isFound(int pods, double share, double cv) {
    PodHistory.Luck luck = history(1, pods, share, cv, 1).luck().orElseThrow();
    // By five minutes it is seen as well, smaller by the root of five: what counts is the weight.
    double perMinute = luck.variation() * Math.sqrt(luck.noise().toSeconds() / 60.0);
    assertThat(perMinute).isBetween(cv * 0.75, cv * 1.3);
  }

  @Test
  void luckOfFiveMinutes_isSeenByTheLongerInterval() {
    PodHistory.Luck luck = history(2, 9, 0.005, 0.4, 5).luck().orElseThrow();
    assertThat(luck.noise()).isEqualTo(Duration.ofMinutes(5));
    assertThat(luck.variation()).isBetween(0.3, 0.55);
  }

  /** Independent requests: what is left is the standard error that is added on purpose. */
  @Test
  void equalPods_areHardlyTempered() {
    PodHistory.Luck luck = history(3, 9, 0.005, 0, 1).luck().orElseThrow();
    double phi =
        Dispersion.phi(
            5,
            0.1,
            new Calibration(luck.variation(), luck.noise(), "", List.of(), List.of()),
            1,
            9);
    assertThat(phi).isBetween(1.0, 1.3);
  }

  /** Their luck is in what both have together, too, and must not be taken out twice. */
  @Test
  void luckOfTwoPods_isNotUnderrated() {
    for (int seed = 10; seed < 20; seed++) {
      PodHistory.Luck luck = history(seed, 2, 0.005, 1, 1).luck().orElseThrow();
      double perMinute = luck.variation() * Math.sqrt(luck.noise().toSeconds() / 60.0);
      assertThat(perMinute).isBetween(0.9, 1.3);
    }
  }

  @Test
  void onePod_tellsNothing() {
    assertThat(history(4, 1, 0.01, 0.3, 1).luck()).isEmpty();
  }

  @Test
  void hardlyAnyEvents_tellNothing() {
    PodHistory history = new PodHistory();
    for (int minute = 0; minute < DAY; minute++) {
      history.add("a", minute, minute % 200 == 0 ? 1 : 0, 100);
      history.add("b", minute, 0, 100);
    }
    assertThat(history.luck()).isEmpty();
  }
}
