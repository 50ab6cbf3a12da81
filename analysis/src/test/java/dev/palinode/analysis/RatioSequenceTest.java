package dev.palinode.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.analysis.MetricVerdict.Interval;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RatioSequenceTest {
  private static final int RUNS = 200;

  /** How often, at any of 240 looks, the interval leaves out the truth. */
  private static int misses(double ratio) {
    int misses = 0;
    for (int run = 0; run < RUNS; run++) {
      SplittableRandom random = new SplittableRandom(60_000 + run);
      RatioSequence sequence = new RatioSequence(0.05);
      boolean missed = false;
      for (int i = 0; i < 240; i++) {
        sequence.add(window(random, ratio), 1);
        Optional<Interval> interval = sequence.interval();
        missed |= interval.filter(r -> ratio < r.from() || ratio > r.to()).isPresent();
      }
      misses += missed ? 1 : 0;
    }
    return misses;
  }

  private static WindowCounts window(SplittableRandom random, double ratio) {
    return new WindowCounts(
        150, Shop.binomial(random, 150, 0.01 * ratio), 1_350, Shop.binomial(random, 1_350, 0.01));
  }

  @Test
  void truth_isSeldomLeftOut() {
    for (double ratio : new double[] {1, 2, 8}) {
      assertThat(misses(ratio)).as("ratio %s", ratio).isLessThanOrEqualTo(RUNS / 20 + 5);
    }
  }

  @Test
  void manyRequests_makeTheIntervalNarrow() {
    SplittableRandom random = new SplittableRandom(3);
    RatioSequence sequence = new RatioSequence(0.01);
    assertThat(sequence.interval()).isEmpty();
    for (int i = 0; i < 400; i++) {
      sequence.add(window(random, 3), 1);
    }
    Interval interval = sequence.interval().orElseThrow();
    assertThat(interval.from()).isBetween(1.5, 3.0);
    assertThat(interval.to()).isBetween(3.0, 5.0);
  }
}
