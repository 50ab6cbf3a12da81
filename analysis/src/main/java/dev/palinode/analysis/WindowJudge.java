package dev.palinode.analysis;

import java.time.Duration;

/**
 * The harm test of one ratio on bare counts, tempered and mixed over onsets as in a rollout: the
 * part of the {@link Judge} that decides about rollbacks, quick enough to simulate thousands of
 * them.
 */
public final class WindowJudge {
  /**
   * @param alpha bound on the chance that a healthy release is ever failed
   * @param relative of the margin
   * @param absolute of the margin
   * @param onset when harm may begin
   * @param podVariation coefficient of variation of the error rate between pods of one arm
   */
  public record Settings(
      double alpha,
      double relative,
      double absolute,
      Onset onset,
      double podVariation,
      int candidatePods,
      int stablePods) {
    public Settings {
      if (!(alpha > 0 && alpha < 1) || !(podVariation >= 0)) {
        throw new IllegalArgumentException(
            "alpha lies between 0 and 1, pod variation is not negative");
      }
    }
  }

  /** Requests that the past counts for at most, as in a rollout. */
  private static final double MEMORY = 5_000;

  private final Settings settings;
  private final SequentialTest harm;
  private double seen;
  private double seconds;

  public WindowJudge(Settings settings) {
    this.settings = settings;
    this.harm = SequentialTest.harm(settings.relative(), settings.absolute(), settings.onset());
  }

  /** Says what stable did before the first window; a long past counts as much as a short one. */
  public void expect(double bad, double requests) {
    double scale = Math.min(1, MEMORY / Math.max(1, requests));
    harm.expect(bad * scale, requests * scale);
  }

  /** Takes in one closed window; true if the release has failed then. */
  public boolean add(WindowCounts window, Duration length) {
    seconds += length.toMillis() / 1e3;
    seen += window.candidate() + window.stable();
    harm.add(window, tempering(window, length.toMillis() / 1e3));
    return harm.logEvidence() >= -StrictMath.log(settings.alpha());
  }

  /** The busier of this window and the average, as in the judge. */
  private Tempering tempering(WindowCounts window, double length) {
    double both = window.candidate() + window.stable();
    if (both == 0 || settings.podVariation() == 0) {
      return Tempering.by(1);
    }
    return Tempering.of(
        Math.max(seen / seconds, both / length),
        window.candidate() / both,
        harm.expectedStable(),
        Calibration.assumed(settings.podVariation(), "it was given"),
        settings.candidatePods(),
        settings.stablePods());
  }

  /** Natural logarithm of the evidence of harm. */
  public double logEvidence() {
    return harm.logEvidence();
  }
}
