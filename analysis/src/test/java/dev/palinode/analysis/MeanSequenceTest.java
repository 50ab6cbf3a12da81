package dev.palinode.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;

class MeanSequenceTest {
  /** The mixture integrated numerically: half-normal weights, normal likelihood ratios. */
  @Test
  void evidence_isTheMixtureOverPositiveMeans() {
    MeanSequence sequence = new MeanSequence(0.01);
    SplittableRandom random = new SplittableRandom(1);
    double sum = 0;
    double squares = 0;
    int n = 40;
    for (int i = 0; i < n; i++) {
      double value = 0.3 + random.nextGaussian();
      sequence.add(value);
      sum += value;
      squares += value * value;
    }
    double mean = sum / n;
    double deviation = Math.sqrt((squares - n * mean * mean) / (n - 1));
    double a = -2 * Math.log(0.01);
    double rho = Math.sqrt((a + Math.log(a + 1)) / 30);
    double integral = 0;
    double step = 1e-4;
    for (double theta = step / 2; theta < 10; theta += step) {
      double weight = 2 * NormalDistribution.of(0, rho).density(theta);
      integral += step * weight * Math.exp(n * (theta * mean / deviation - theta * theta / 2));
    }
    assertThat(sequence.logEvidence()).isCloseTo(Math.log(integral), within(1e-6));
  }

  @Test
  void fewValues_sayNothing() {
    MeanSequence sequence = new MeanSequence(0.01);
    for (int i = 0; i < 19; i++) {
      sequence.add(100 + i);
    }
    assertThat(sequence.logEvidence()).isZero();
    sequence.add(100);
    assertThat(sequence.logEvidence()).isGreaterThan(Math.log(100));
  }

  @Test
  void constantDifference_isSure() {
    MeanSequence worse = new MeanSequence(0.01);
    MeanSequence better = new MeanSequence(0.01);
    for (int i = 0; i < 20; i++) {
      worse.add(5);
      better.add(-5);
    }
    assertThat(worse.logEvidence()).isGreaterThan(100);
    assertThat(better.logEvidence()).isNegative();
  }

  /** 200 values, looked at after each: wrong about as seldom as promised. */
  @Test
  void meanOfZero_isSeldomExceeded() {
    int wrong = 0;
    for (int run = 0; run < 500; run++) {
      SplittableRandom random = new SplittableRandom(40_000 + run);
      MeanSequence sequence = new MeanSequence(0.01);
      boolean exceeded = false;
      for (int i = 0; i < 200; i++) {
        sequence.add(random.nextGaussian());
        exceeded |= sequence.logEvidence() >= Math.log(100);
      }
      wrong += exceeded ? 1 : 0;
    }
    assertThat(wrong).isLessThanOrEqualTo(10);
  }

  @Test
  void oneDeviation_isFoundAfterAboutTwentyValues() {
    int sum = 0;
    for (int run = 0; run < 100; run++) {
      SplittableRandom random = new SplittableRandom(50_000 + run);
      MeanSequence sequence = new MeanSequence(0.01);
      int n = 0;
      while (sequence.logEvidence() < Math.log(100)) {
        sequence.add(1 + random.nextGaussian());
        n++;
      }
      sum += n;
    }
    assertThat(sum / 100).isBetween(20, 30);
  }
}
