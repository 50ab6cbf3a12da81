package dev.palinode.analysis;

/**
 * Requests of both arms in one closed window and the bad ones among them.
 *
 * @param candidate requests, n_c
 * @param candidateBad bad ones, c
 * @param stable requests, n_b
 * @param stableBad bad ones, b
 */
public record WindowCounts(long candidate, long candidateBad, long stable, long stableBad) {
  public static final WindowCounts EMPTY = new WindowCounts(0, 0, 0, 0);

  /** More bad requests than requests: the two selectors do not describe the same thing. */
  boolean isContradictory() {
    return candidateBad > candidate || stableBad > stable;
  }

  public WindowCounts plus(WindowCounts other) {
    return new WindowCounts(
        candidate + other.candidate,
        candidateBad + other.candidateBad,
        stable + other.stable,
        stableBad + other.stableBad);
  }

  void save(StateWriter to) {
    to.count(candidate).count(candidateBad).count(stable).count(stableBad);
  }

  static WindowCounts restore(StateReader from) {
    return new WindowCounts(from.count(), from.count(), from.count(), from.count());
  }
}
