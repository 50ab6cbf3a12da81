package dev.palinode.analysis.plan;

/**
 * How many requests any test of a given level needs. For a candidate that fails with p_c and a
 * stable release with p_b, requests split w to 1 - w, no test that errs with at most alpha and
 * always finds the harm can do with fewer requests on average than ln(1/alpha) / I, where I is the
 * divergence from the nearest pair that is still within the margin (Wald 1945, with the common rate
 * unknown): I = min over x of w KL(p_c || rho x + delta) + (1 - w) KL(p_b || x).
 *
 * @param weight w, the candidate's share of the requests, above 0 and below 1
 * @param stable p_b, above 0 and below 1
 * @param relative rho of the margin
 * @param absolute delta of the margin
 */
public record Detection(double weight, double stable, double relative, double absolute) {
  /** The judge's mean over the bound, measured where statistics and not the clock limit it. */
  public static final double EFFICIENCY = 1.5;

  private static final int HALVINGS = 200;
  private static final double EDGE = 1e-12;

  public Detection {
    if (!(weight > 0 && weight < 1 && stable > 0 && stable < 1 && relative >= 0 && absolute >= 0)) {
      throw new IllegalArgumentException(
          "weight and error rate lie between 0 and 1, a margin is not negative");
    }
  }

  /** The share of bad requests from which on the candidate is beyond the margin. */
  public double border() {
    return relative * stable + absolute;
  }

  /**
   * Mean candidate requests that any test needs to find a candidate at {@code candidate}; infinite
   * within the margin.
   */
  public double requests(double candidate, double alpha) {
    if (candidate <= border()) {
      return Double.POSITIVE_INFINITY;
    }
    return weight * -Math.log(alpha) / divergence(candidate);
  }

  /**
   * Mean candidate requests that any test needs to show that a candidate as good as stable is
   * better than the margin, which is then the tolerance; infinite if stable is not.
   */
  public double requestsToPass(double beta) {
    if (stable >= border()) {
      return Double.POSITIVE_INFINITY;
    }
    return weight * -Math.log(beta) / divergence(stable);
  }

  /**
   * The least increase over stable that the judge finds within so many candidate requests on
   * average; NaN if there is none.
   */
  public double increase(double candidateRequests, double alpha) {
    double low = border() - stable;
    double high = 1 - stable - EDGE;
    if (!(high > low) || EFFICIENCY * requests(stable + high, alpha) > candidateRequests) {
      return Double.NaN;
    }
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (EFFICIENCY * requests(stable + middle, alpha) > candidateRequests) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /** I: the sum is convex in x, so its slope is followed to where it changes sign. */
  private double divergence(double candidate) {
    double low = EDGE;
    double high = relative == 0 ? 1 - EDGE : Math.min(1, (1 - absolute) / relative) - EDGE;
    for (int i = 0; i < HALVINGS && high > low; i++) {
      double middle = (low + high) / 2;
      if (slope(middle, candidate) < 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    double x = (low + high) / 2;
    return weight * divergence(candidate, relative * x + absolute)
        + (1 - weight) * divergence(stable, x);
  }

  private double slope(double x, double candidate) {
    double y = relative * x + absolute;
    return weight * relative * (y - candidate) / (y * (1 - y))
        + (1 - weight) * (x - stable) / (x * (1 - x));
  }

  /** Kullback and Leibler's, between two coins, in nats. */
  static double divergence(double p, double q) {
    double bad = p == 0 ? 0 : p * Math.log(p / q);
    double good = p == 1 ? 0 : (1 - p) * (Math.log1p(-p) - Math.log1p(-q));
    return bad + good;
  }
}
