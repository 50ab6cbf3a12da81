package dev.palinode.analysis;

/**
 * When harm may have begun: a mixture over start times, so that evidence of a late fault need not
 * first make good for the healthy time before it. The first {@link #EVEN} starts weigh the same,
 * the later ones ever less; all there will ever be add up to one, whatever the length of the
 * rollout, and a start that has not come yet counts one. The mixture is thus an e-process itself,
 * and it is held as one number per alternative: M := M e^increment, and M := M + weight at each
 * start (the Shiryaev-Roberts recursion; Shin, Ramdas and Rinaldo, E-detectors, NEJSDS 2024).
 *
 * @param every windows between two starts; 0: harm begins at once or never
 */
public record Onset(int every) {
  /** Only a harm that was there from the beginning is looked for. */
  public static final Onset AT_ONCE = new Onset(0);

  /** An hour of starts ten minutes apart. */
  private static final int EVEN = 6;

  /** Of each of them; the same for all later ones together. */
  private static final double WEIGHT = 1.0 / (EVEN + 1);

  public Onset {
    if (every < 0) {
      throw new IllegalArgumentException("windows between two starts are not negative");
    }
  }

  /** True if a start lies between this many windows and the next one. */
  boolean startsAt(long windows) {
    return every > 0 && windows % every == 0;
  }

  /** How many starts lie before the end of the last of so many windows. */
  long started(long windows) {
    return every == 0 || windows == 0 ? 1 : (windows - 1) / every + 1;
  }

  double logWeight(long start) {
    if (every == 0) {
      return 0;
    }
    double late = start - EVEN;
    return StrictMath.log(late < 0 ? WEIGHT : WEIGHT / ((late + 1) * (late + 2)));
  }

  /** Logarithm of the weight of all starts still to come. */
  double logRest(long started) {
    if (every == 0) {
      return Double.NEGATIVE_INFINITY;
    }
    double late = started - EVEN;
    return StrictMath.log(late < 0 ? WEIGHT * (1 - late) : WEIGHT / (late + 1));
  }
}
