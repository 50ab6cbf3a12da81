package dev.palinode.analysis;

import dev.palinode.crds.AnalysisTemplateSpec.Margin;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The judge's tests on closed windows alone, without a metric store: what the product would say to
 * counts that were recorded or simulated. The one place where replays and simulations touch the
 * judge.
 */
public final class WindowJudge {
  /**
   * @param alpha bound on the chance that a healthy release is ever failed
   * @param beta bound on the chance that one just at the tolerance passes
   * @param margin as in an AnalysisTemplate; what is left out has the default
   * @param tolerance as in an AnalysisTemplate; null to look for harm only, which is cheaper
   * @param onset when harm may begin
   * @param podVariation coefficient of variation of the error rate between pods of one arm
   */
  public record Settings(
      double alpha,
      double beta,
      Margin margin,
      @Nullable Margin tolerance,
      Onset onset,
      double podVariation,
      int candidatePods,
      int stablePods) {
    public Settings {
      if (!(alpha > 0 && alpha < 1 && beta > 0 && beta < 1) || podVariation < 0) {
        throw new IllegalArgumentException(
            "alpha and beta lie between 0 and 1, pod variation is not negative");
      }
    }

    /** The strictest question, about harm only: worse than stable, by pods that are identical? */
    public static Settings plain(double alpha) {
      return new Settings(
          alpha,
          GateSettings.defaults().beta(),
          new Margin(1.0, 0.0),
          null,
          Onset.AT_ONCE,
          0,
          1,
          1);
    }
  }

  private final Settings settings;
  private final SequentialTest harm;
  private final @Nullable SequentialTest health;
  private WindowCounts seen = WindowCounts.EMPTY;
  private double seconds;
  private double phi = 1;
  private boolean failed;
  private boolean contradictory;

  public WindowJudge(Settings settings) {
    this.settings = settings;
    Bounds margin = Bounds.margin(settings.margin());
    this.harm = SequentialTest.harm(margin.relative(), margin.absolute(), settings.onset());
    Margin tolerance = settings.tolerance();
    this.health = tolerance == null ? null : health(settings.margin(), tolerance);
  }

  private static SequentialTest health(Margin margin, Margin tolerance) {
    Bounds bounds = Bounds.tolerance(margin, tolerance);
    return SequentialTest.health(bounds.relative(), bounds.absolute());
  }

  /** Says what stable did before the first window. */
  public void expect(double bad, double requests) {
    harm.expect(bad, requests);
    if (health != null) {
      health.expect(bad, requests);
    }
  }

  /** Takes in one closed window; true from the first on after which the release has failed. */
  public boolean add(WindowCounts window, Duration length) {
    seconds += length.toMillis() / 1e3;
    if (window.isContradictory()) {
      contradictory = true;
      return failed;
    }
    seen = seen.plus(window);
    phi = Math.max(1, phi(window, length.toMillis() / 1e3));
    double eta = Dispersion.eta(phi);
    harm.add(window, eta);
    if (health != null) {
      health.add(window, eta);
    }
    failed |= harm.logEvidence() >= -StrictMath.log(settings.alpha());
    return failed;
  }

  /** The busier of this window and the average, as in the gate. */
  private double phi(WindowCounts window, double length) {
    double both = window.candidate() + window.stable();
    if (both == 0 || settings.podVariation() == 0) {
      return 1;
    }
    double rate = Math.max((seen.candidate() + seen.stable()) / seconds, both / length);
    return Dispersion.phi(
        harm.expectedStable() * rate,
        window.candidate() / both,
        settings.podVariation(),
        settings.candidatePods(),
        settings.stablePods());
  }

  /** Natural logarithm of the evidence of harm. */
  public double logEvidence() {
    return harm.logEvidence();
  }

  /** Variance inflation of the last window. */
  public double dispersion() {
    return phi;
  }

  public boolean hasFailed() {
    return failed;
  }

  public Verdict verdict() {
    Evidence evidence = evidence();
    if (failed) {
      return new Verdict.Fail(evidence);
    }
    if (contradictory || (seen.stable() == 0 && seen.candidate() > 0)) {
      return new Verdict.Invalid(evidence);
    }
    boolean healthy = health != null && health.logEvidence() >= -StrictMath.log(settings.beta());
    return seen.candidate() > 0 && healthy
        ? new Verdict.Pass(evidence)
        : new Verdict.Inconclusive(evidence);
  }

  private Evidence evidence() {
    double stable = share(seen.stableBad(), seen.stable());
    double limit = Bounds.margin(settings.margin()).limit(stable);
    String observed = Evidence.percent(share(seen.candidateBad(), seen.candidate()));
    String reason =
        contradictory
            ? "more bad requests than requests in a window"
            : seen.stable() == 0 && seen.candidate() > 0
                ? "no request of stable to compare with"
                : "%s of %d canary requests bad, stable %s, allowed %s"
                    .formatted(
                        observed,
                        seen.candidate(),
                        Evidence.percent(stable),
                        Evidence.percent(limit));
    return new Evidence("errors", observed, Evidence.percent(limit), seen.candidate(), reason);
  }

  private static double share(long bad, long total) {
    return total == 0 ? 0 : bad / (double) total;
  }
}
