package dev.palinode.analysis;

import java.time.Duration;

/**
 * How much more the errors of an arm vary than independent requests would. Pods are not identical
 * coins, and the surplus grows with traffic: plain counts are most over-confident exactly where
 * they are fastest. The arm's error rate is taken as p G with Var(G) = cv^2 / pods, constant over
 * {@link #NOISE}.
 */
final class Dispersion {
  /** How long a pod's luck lasts. */
  static final Duration NOISE = Duration.ofMinutes(1);

  private Dispersion() {}

  /**
   * The variance inflation phi = 1 + mu w (1-w) cv^2 (1/k_c + 1/k_b) of the candidate's bad count
   * given both arms' sum.
   *
   * @param badPerSecond expected bad requests of both arms together
   * @param share w, the candidate's part of the requests
   * @param calibration cv, between pods of one arm, and how long luck lasts
   */
  static double phi(
      double badPerSecond,
      double share,
      Calibration calibration,
      int candidatePods,
      int stablePods) {
    double cv = calibration.podVariation();
    double mu = badPerSecond * calibration.noise().toMillis() / 1e3;
    double pods = 1.0 / Math.max(1, candidatePods) + 1.0 / Math.max(1, stablePods);
    return 1 + mu * share * (1 - share) * cv * cv * pods;
  }

  /** The same for one arm alone against a rate that is known: 1 + mu cv^2 / k. */
  static double phiOfOneArm(double badPerSecond, Calibration calibration, int pods) {
    double cv = calibration.podVariation();
    double mu = badPerSecond * calibration.noise().toMillis() / 1e3;
    return 1 + mu * cv * cv / Math.max(1, pods);
  }

  /** What makes up for that in the variance; {@link Tempering} for the rest. */
  static double eta(double phi) {
    return 1 / Math.max(1, phi);
  }
}
