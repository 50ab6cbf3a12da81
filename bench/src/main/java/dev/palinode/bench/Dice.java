package dev.palinode.bench;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.hipparchus.special.Gamma;

/**
 * Seeded random counts: the same on every machine, so that a simulated figure can be checked to the
 * last digit.
 */
final class Dice {
  private static final RandomGeneratorFactory<RandomGenerator> XOROSHIRO =
      RandomGeneratorFactory.of("Xoroshiro128PlusPlus");

  private static final double FEW = 12;

  private final RandomGenerator random;

  /** One per scenario and replicate. */
  Dice(String scenario, int replicate) {
    this.random = XOROSHIRO.create(seed(scenario, replicate));
  }

  /** FNV-1a over the name, then the replicate mixed in. */
  private static long seed(String scenario, int replicate) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < scenario.length(); i++) {
      hash = (hash ^ scenario.charAt(i)) * 0x100000001b3L;
    }
    return hash ^ replicate * 0x9e3779b97f4a7c15L;
  }

  double uniform() {
    return random.nextDouble();
  }

  /** Multiplication for small means, transformed rejection (Hoermann 1993, PTRS) for large ones. */
  long poisson(double mean) {
    if (mean <= 0) {
      return 0;
    }
    if (mean < FEW) {
      double limit = StrictMath.exp(-mean);
      long count = 0;
      for (double product = random.nextDouble(); product > limit; product *= random.nextDouble()) {
        count++;
      }
      return count;
    }
    double b = 0.931 + 2.53 * Math.sqrt(mean);
    double a = -0.059 + 0.02483 * b;
    double inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
    double vr = 0.9277 - 3.6224 / (b - 2);
    double log = StrictMath.log(mean);
    while (true) {
      double u = random.nextDouble() - 0.5;
      double v = random.nextDouble();
      double us = 0.5 - Math.abs(u);
      double k = Math.floor((2 * a / us + b) * u + mean + 0.43);
      if (us >= 0.07 && v <= vr) {
        return (long) k;
      }
      if (k >= 0
          && (us >= 0.013 || v <= us)
          && StrictMath.log(v * inverseAlpha / (a / (us * us) + b))
              <= k * log - mean - Gamma.logGamma(k + 1)) {
        return (long) k;
      }
    }
  }

  /** So many of {@code n} as chance leaves; only for a share that is the same for each. */
  long thinned(long n, double share) {
    long kept = 0;
    for (long i = 0; i < n; i++) {
      kept += random.nextDouble() < share ? 1 : 0;
    }
    return kept;
  }

  /** Gamma with mean 1 and this variance (Marsaglia and Tsang 2000); 1 where it is zero. */
  double luck(double variance) {
    if (variance <= 0) {
      return 1;
    }
    double shape = 1 / variance;
    double boost = shape < 1 ? StrictMath.pow(random.nextDouble(), 1 / shape) : 1;
    double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double x = random.nextGaussian();
      double v = 1 + c * x;
      v = v * v * v;
      if (v > 0
          && StrictMath.log(random.nextDouble())
              < 0.5 * x * x + d - d * v + d * StrictMath.log(v)) {
        return boost * d * v / shape;
      }
    }
  }

  /** Log-normal with mean 1 and this variance. */
  double logNormalLuck(double variance) {
    double square = StrictMath.log1p(variance);
    return StrictMath.exp(Math.sqrt(square) * random.nextGaussian() - square / 2);
  }
}
