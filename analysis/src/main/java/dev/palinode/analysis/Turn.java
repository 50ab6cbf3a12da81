package dev.palinode.analysis;

/**
 * How much of a change in stable's own share of bad requests one arm may have seen before the
 * other. Every pod is scraped at a moment of its own: in a window in which a dependency breaks, or
 * comes back, a candidate's single pod shows more of that turn, or less, than the mean of stable's
 * many. The size of the turn bounds the difference, in that window and, since a scrape may be
 * missed, in the next; a turn that chance explains is none.
 */
final class Turn {
  /** Standard errors from which on a change is none of chance. */
  private static final double CHANCE = 3;

  private double bad;
  private double requests;
  private double last;

  /**
   * Takes in stable's counts of a window; answers the share of its requests that may be bad, or
   * good, only on one side.
   */
  double add(double bad, double requests) {
    double turn = turn(bad, requests);
    double either = Math.max(turn, last);
    if (requests > 0) {
      this.bad = bad;
      this.requests = requests;
      last = turn;
    }
    return either;
  }

  private double turn(double bad, double requests) {
    if (!(this.requests > 0 && requests > 0)) {
      return 0;
    }
    double scale = requests / this.requests;
    double change = Math.abs(bad - this.bad * scale);
    double chance = CHANCE * StrictMath.sqrt(bad + this.bad * scale * scale + 1);
    return change > chance ? change / requests : 0;
  }

  void save(StateWriter to) {
    to.number(bad).number(requests).number(last);
  }

  void restore(StateReader from) {
    bad = from.number();
    requests = from.number();
    last = from.number();
  }
}
