package dev.palinode.analysis;

/**
 * What each request of a window adds to the logarithm of its e-variable, by arm and outcome:
 * likelihood under an alternative over likelihood at its projection onto the border of the null.
 */
record LogRatios(double candidateBad, double candidateGood, double stableBad, double stableGood) {

  /** Where the border leaves no room for an alternative. */
  static final LogRatios NONE = new LogRatios(0, 0, 0, 0);

  /**
   * @param candidate and
   * @param stable shares of bad requests, of the alternative
   * @param y and
   * @param x of its projection
   */
  static LogRatios of(double candidate, double stable, double y, double x) {
    return new LogRatios(
        StrictMath.log(candidate / y),
        StrictMath.log1p(-candidate) - StrictMath.log1p(-y),
        StrictMath.log(stable / x),
        StrictMath.log1p(-stable) - StrictMath.log1p(-x));
  }

  /** Counts may be fractions, such as expected ones. */
  double sum(double nc, double c, double nb, double b) {
    return c * candidateBad + (nc - c) * candidateGood + b * stableBad + (nb - b) * stableGood;
  }
}
