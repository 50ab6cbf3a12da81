package dev.palinode.analysis;

import org.hipparchus.analysis.solvers.BrentSolver;

/**
 * A test martingale (e-process) on two arms of yes/no outcomes: its value grows only if the null
 * hypothesis is false, and P(it ever reaches 1/level) &lt;= level under the null, however often and
 * whenever one looks (Ville's inequality).
 *
 * <p>Null of {@link #harm}: p_c &lt;= rho p_b + delta. Null of {@link #health}: p_c &gt;= rho p_b +
 * delta. Both are half-planes, so the Kullback-Leibler projection of each alternative onto the
 * border gives an e-variable per window (Turner, Ly and Gr&uuml;nwald, Generic E-variables for
 * exact sequential k-sample tests, JSPI 2024). The alternatives are a grid with equal weights; each
 * is placed relative to what stable did in strictly earlier windows. {@link Onset} mixes over when
 * the harm began.
 *
 * <p>Logarithms are StrictMath's: a recorded rollout gives the same bits on every machine.
 */
public final class SequentialTest {
  /** Odds of a bad request on the candidate, as multiples of the odds at the border. */
  private static final double[] WORSE = {1.25, 1.5, 2, 3, 5, 10, 30, 100, 300};

  /**
   * A healthy candidate's share of bad requests, as multiples of stable's; or of half the border
   * where stable itself lies beyond it, since an alternative inside the null proves nothing.
   */
  private static final double[] AS_GOOD = {1, 0.5};

  /** What stable is taken for before anything was seen: half a bad request among fifty. */
  private static final double PRIOR_BAD = 0.5;

  private static final double PRIOR_REQUESTS = 50;

  private enum Alternative {
    WORSE_ODDS,
    FRACTION_OF_STABLE
  }

  private final Alternative alternative;
  private final double[] grid;
  private final double rho;
  private final double delta;
  private final Mixture logs;
  private final Turn turn = new Turn();
  private double pastBad = PRIOR_BAD;
  private double pastRequests = PRIOR_REQUESTS;

  private SequentialTest(
      Alternative alternative, double[] grid, double rho, double delta, Onset onset) {
    this.alternative = alternative;
    this.grid = grid;
    this.rho = rho;
    this.delta = delta;
    this.logs = new Mixture(grid.length, onset);
  }

  /** Grows when the candidate is worse than the border; at 1/alpha the release has failed. */
  public static SequentialTest harm(double rho, double delta) {
    return harm(rho, delta, Onset.AT_ONCE);
  }

  /** The same for harm that may begin later. */
  public static SequentialTest harm(double rho, double delta, Onset onset) {
    return new SequentialTest(Alternative.WORSE_ODDS, WORSE, rho, delta, onset);
  }

  /** Grows when the candidate is better than the border; at 1/beta the release has passed. */
  public static SequentialTest health(double rho, double delta) {
    return new SequentialTest(Alternative.FRACTION_OF_STABLE, AS_GOOD, rho, delta, Onset.AT_ONCE);
  }

  /**
   * What stable did before the rollout, so that the first windows are not compared with a guess. It
   * changes how fast evidence grows, never how often it errs. Said before the first window.
   */
  public void expect(double bad, double requests) {
    pastBad = PRIOR_BAD + bad;
    pastRequests = PRIOR_REQUESTS + requests;
  }

  /**
   * Takes in one closed window. Where stable itself turns bad or good, as much as the arms may show
   * it at different times is taken to speak against what is tested; evidence only gets less by it.
   *
   * @param eta in (0, 1]: tempers the evidence for pods that are not identical coins
   */
  public void add(WindowCounts window, double eta) {
    add(window, Tempering.by(eta));
  }

  /** The same, each alternative tempered as it needs. */
  void add(WindowCounts window, Tempering tempering) {
    logs.next();
    double apart = turn.add(window.stableBad(), window.stable()) * window.stable();
    if (window.candidate() > 0) {
      double stable = expectedStable();
      double border = rho * stable + delta;
      double stableBad =
          isHarm()
              ? Math.min(window.stable(), window.stableBad() + apart)
              : Math.max(0, window.stableBad() - apart);
      for (int k = 0; k < grid.length; k++) {
        double candidate = candidate(k, stable, border);
        LogRatios ratios =
            logRatios(window.candidate(), window.stable(), candidate, stable, rho, delta);
        double increment =
            ratios.sum(window.candidate(), window.candidateBad(), window.stable(), stableBad);
        logs.add(k, tempering.eta(ratios, border, stable) * increment);
      }
    }
    pastBad += window.stableBad();
    pastRequests += window.stable();
  }

  /**
   * Takes in a window in which the candidate serves everything. There is no stable beside it, so it
   * is held against what stable did before, and that is given three standard errors: the chance of
   * error is then only as good as the past is like the present.
   */
  void addAlone(WindowCounts window, Tempering tempering) {
    logs.next();
    double stable = expectedStable();
    double upper =
        stable + 3 * StrictMath.sqrt(stable * (1 - stable) / pastRequests) + 3 / pastRequests;
    double border = Math.min(1, rho * (isHarm() ? upper : stable) + delta);
    for (int k = 0; k < grid.length && window.candidate() > 0; k++) {
      LogRatios ratios =
          logRatios(window.candidate(), 0, candidate(k, stable, border), stable, 0, border);
      double increment = ratios.sum(window.candidate(), window.candidateBad(), 0, 0);
      logs.add(k, tempering.eta(ratios, border, stable) * increment);
    }
  }

  private boolean isHarm() {
    return alternative == Alternative.WORSE_ODDS;
  }

  /** Natural logarithm of the evidence against the null; 0 at the start. */
  public double logEvidence() {
    return logs.logEvidence();
  }

  /** Stable's share of bad requests, as far as the windows so far tell. */
  double expectedStable() {
    return pastBad / pastRequests;
  }

  /**
   * By how much the logarithm of the evidence would grow, at its fastest, with a window of so many
   * requests in which both arms do what stable did so far.
   */
  double expectedGrowth(double candidates, double stables, Tempering tempering) {
    double stable = expectedStable();
    double border = rho * stable + delta;
    double most = 0;
    for (int k = 0; k < grid.length && candidates > 0; k++) {
      LogRatios ratios =
          logRatios(candidates, stables, candidate(k, stable, border), stable, rho, delta);
      double growth = ratios.sum(candidates, candidates * stable, stables, stables * stable);
      most = Math.max(most, tempering.eta(ratios, border, stable) * growth);
    }
    return most;
  }

  void save(StateWriter to) {
    to.number(pastBad).number(pastRequests);
    turn.save(to);
    logs.save(to);
  }

  void restore(StateReader from) {
    pastBad = from.number();
    pastRequests = from.number();
    turn.restore(from);
    logs.restore(from);
  }

  private double candidate(int k, double stable, double border) {
    return switch (alternative) {
      case WORSE_ODDS -> {
        double odds = border >= 1 ? Double.POSITIVE_INFINITY : grid[k] * border / (1 - border);
        yield Double.isInfinite(odds) ? 1 : odds / (1 + odds);
      }
      case FRACTION_OF_STABLE -> grid[k] * (stable < border ? stable : border / 2);
    };
  }

  static double logIncrement(
      WindowCounts n, double candidate, double stable, double rho, double delta) {
    return logIncrement(
        n.candidate(), n.candidateBad(), n.stable(), n.stableBad(), candidate, stable, rho, delta);
  }

  /**
   * Logarithm of one window's e-variable for the alternative (p_c, p_b) against its projection (y,
   * x) on the border y = rho x + delta. Zero where the border leaves no room for an alternative.
   * Counts may be fractions, such as expected ones.
   */
  static double logIncrement(
      double nc,
      double c,
      double nb,
      double b,
      double candidate,
      double stable,
      double rho,
      double delta) {
    return logRatios(nc, nb, candidate, stable, rho, delta).sum(nc, c, nb, b);
  }

  private static LogRatios logRatios(
      double nc, double nb, double candidate, double stable, double rho, double delta) {
    double border = rho * stable + delta;
    if (border <= 0 || border >= 1 || candidate <= 0 || candidate >= 1) {
      return LogRatios.NONE;
    }
    double x = projection(nc, nb, candidate, stable, rho, delta);
    return LogRatios.of(candidate, stable, rho * x + delta, x);
  }

  /**
   * The x that minimises n_c KL(p_c || rho x + delta) + n_b KL(p_b || x). The sum is convex, and
   * its slope changes sign between p_b and the x whose border value is p_c.
   */
  static double projection(
      double nc, double nb, double candidate, double stable, double rho, double delta) {
    if (rho == 0) {
      return stable;
    }
    if (rho == 1 && delta == 0) {
      return (nc * candidate + nb * stable) / (nc + nb);
    }
    double tiny = 1e-12 * stable;
    double meets = Math.clamp((candidate - delta) / rho, tiny, 1 - 1e-12);
    double from = Math.min(stable, meets);
    double to = Math.max(stable, meets);
    if (slope(from, nc, nb, candidate, stable, rho, delta) >= 0) {
      return from;
    }
    if (slope(to, nc, nb, candidate, stable, rho, delta) <= 0) {
      return to;
    }
    return new BrentSolver(1e-14, 1e-18, 1e-15)
        .solve(200, x -> slope(x, nc, nb, candidate, stable, rho, delta), from, to);
  }

  private static double slope(
      double x, double nc, double nb, double candidate, double stable, double rho, double delta) {
    double y = Math.min(rho * x + delta, 1 - 1e-15);
    return nc * rho * ((1 - candidate) / (1 - y) - candidate / y)
        + nb * ((1 - stable) / (1 - x) - stable / x);
  }
}
