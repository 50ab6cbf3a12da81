package dev.palinode.analysis;

import java.time.Duration;

/**
 * The power to which a window's e-variable is raised, so that it stays one although pods are not
 * identical coins.
 *
 * <p>While luck lasts, one factor G multiplies the bad requests of all of an arm's windows; its
 * mean is 1 and its variance v = cv^2 / pods. The power 1/phi, see {@link Dispersion}, makes up for
 * the variance, and that is enough as long as the logarithm of the evidence is about normal. With
 * one or two pods it is not: G is skewed, and what an unlucky minute adds is multiplied by d, the
 * difference between a bad and a good request, which is large for distant alternatives; E[e^(le /
 * phi)] is then above one, or infinite. So the expectation itself is held at one. For a Gamma G,
 * the usual model of counts that vary too much, its logarithm over one lasting of luck, at the
 * border of the null, is
 *
 * <pre>
 * g(eta) = sum over both arms of  -ln(1 - v n ln(1 + p (e^(eta d) - 1))) / v  +  eta n good
 * </pre>
 *
 * with n requests, a share p of bad ones, and what a good one adds. It is convex, 0 at 0 and
 * falling there, so that every power up to its other root leaves an e-variable; the root is the
 * power. To the second order it is 1/phi, for distant alternatives about half of that. It is never
 * taken above 1/phi, which is 1 with v = 0.
 *
 * @param most 1/phi
 * @param candidates requests of the candidate while luck lasts
 * @param stables the same of stable
 * @param candidateLuck v of the candidate's arm
 * @param stableLuck v of stable's
 */
record Tempering(
    double most, double candidates, double stables, double candidateLuck, double stableLuck) {

  private static final int STEPS = 30;
  private static final double EXACT = 1e-6;
  private static final double INSIDE = 0.999;

  /** The same power for every alternative. */
  static Tempering by(double eta) {
    return new Tempering(eta, 0, 0, 0, 0);
  }

  /**
   * @param perSecond requests of both arms
   * @param share the candidate's part of them
   * @param bad stable's share of bad requests
   */
  static Tempering of(
      double perSecond,
      double share,
      double bad,
      Calibration calibration,
      int candidatePods,
      int stablePods) {
    double cv = calibration.podVariation();
    double requests = perSecond * calibration.noise().toMillis() / 1e3;
    return new Tempering(
        Dispersion.eta(
            Dispersion.phi(bad * perSecond, share, calibration, candidatePods, stablePods)),
        requests * share,
        requests * (1 - share),
        cv * cv / Math.max(1, candidatePods),
        cv * cv / Math.max(1, stablePods));
  }

  /**
   * The same if only phi is known: pods that serve equally much vary the other way round as the
   * arms' shares.
   */
  static Tempering guessed(double phi, double perSecond, double share, double bad, Duration noise) {
    double requests = perSecond * noise.toMillis() / 1e3;
    double between = requests * bad * share * (1 - share);
    double luck = between > 0 ? (Math.max(1, phi) - 1) / between : 0;
    return new Tempering(
        Dispersion.eta(phi),
        requests * share,
        requests * (1 - share),
        luck * (1 - share),
        luck * share);
  }

  /** The same for a candidate that is held against a rate that is known. */
  static Tempering alone(double perSecond, double bad, Calibration calibration, int pods) {
    double cv = calibration.podVariation();
    return new Tempering(
        Dispersion.eta(Dispersion.phiOfOneArm(bad * perSecond, calibration, pods)),
        perSecond * calibration.noise().toMillis() / 1e3,
        0,
        cv * cv / Math.max(1, pods),
        0);
  }

  /**
   * @param ratios of one alternative
   * @param candidate share of bad requests at the border of the null
   * @param stable the same of stable
   */
  double eta(LogRatios ratios, double candidate, double stable) {
    if (candidateLuck == 0 && stableLuck == 0) {
      return most;
    }
    Arm one =
        new Arm(
            candidates, candidateLuck, candidate, ratios.candidateBad(), ratios.candidateGood());
    Arm other = new Arm(stables, stableLuck, stable, ratios.stableBad(), ratios.stableGood());
    double eta = Math.min(most, Math.min(one.limit(), other.limit()));
    // Newton's steps on a convex function come down to its root and never pass it.
    for (int i = 0; i < STEPS; i++) {
      double above = one.growth(eta) + other.growth(eta);
      double slope = one.slope(eta) + other.slope(eta);
      if (!(above > 0) || !(slope > 0)) {
        return eta;
      }
      double step = above / slope;
      eta -= step;
      if (step < EXACT * eta) {
        return eta;
      }
    }
    return Math.max(0, eta);
  }

  /** One arm's part of g. */
  private record Arm(double n, double luck, double bad, double ifBad, double ifGood) {
    private double difference() {
      return ifBad - ifGood;
    }

    private double tilt(double eta) {
      return bad * StrictMath.expm1(eta * difference());
    }

    /** Just below where the expectation becomes infinite. */
    double limit() {
      if (!(n * luck > 0) || !(difference() > 0)) {
        return Double.POSITIVE_INFINITY;
      }
      double inside = StrictMath.expm1(1 / (n * luck)) / bad;
      return INSIDE * StrictMath.log1p(inside) / difference();
    }

    double growth(double eta) {
      double sum = n * StrictMath.log1p(tilt(eta));
      double mixed = luck == 0 ? sum : -StrictMath.log1p(-luck * sum) / luck;
      return mixed + eta * n * ifGood;
    }

    double slope(double eta) {
      double tilt = tilt(eta);
      double sum = n * StrictMath.log1p(tilt);
      double slope = n * (tilt + bad) * difference() / (1 + tilt);
      return slope / (1 - luck * sum) + n * ifGood;
    }
  }
}
