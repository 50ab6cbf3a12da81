package dev.palinode.analysis;

import dev.palinode.analysis.Exhibit.ClosedWindow;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The share of bad requests, candidate against stable: one question and its evidence so far. */
final class RatioMetric implements Question.Windowed {
  /** So many contradictory windows, and the two selectors cannot be about the same requests. */
  private static final int CONTRADICTIONS = 3;

  /** Requests that the past before the rollout counts for at most. */
  private static final double MEMORY = 5_000;

  private final Metric spec;
  private final Duration length;
  private final Bounds margin;
  private final Bounds tolerance;
  private final SequentialTest harm;
  private final SequentialTest health;
  private final RatioSequence effect;
  private final Calibration calibration;
  private final double passes;
  private WindowCounts seen = WindowCounts.EMPTY;
  private long windows;
  private double phi = 1;
  private long contradictions;
  private @Nullable String unusable;
  private @Nullable Evidence failure;

  /**
   * @param spec one without problems
   */
  RatioMetric(Metric spec, Trial trial, Calibration calibration) {
    this.spec = spec;
    this.length = trial.window();
    this.margin = Bounds.margin(spec.margin());
    this.tolerance = Bounds.tolerance(spec.margin(), spec.tolerance());
    this.harm = SequentialTest.harm(margin.relative(), margin.absolute(), trial.mixture());
    this.health = SequentialTest.health(tolerance.relative(), tolerance.absolute());
    this.effect = new RatioSequence(trial.alpha());
    this.calibration = calibration;
    this.passes = -StrictMath.log(trial.beta());
    if (calibration.before().size() == 2) {
      double bad = calibration.before().getFirst();
      double all = calibration.before().getLast();
      // As much as a few minutes of traffic: stable today may differ from stable yesterday.
      double scale = Math.min(1, MEMORY / Math.max(1, all));
      harm.expect(bad * scale, all * scale);
      health.expect(bad * scale, all * scale);
    }
  }

  @Override
  public Metric spec() {
    return spec;
  }

  @Override
  public void add(Measured measured, ClosedWindow window) {
    switch (measured) {
      case Measured.Counts(var counts) -> {
        unusable = null;
        add(counts, window);
      }
      case Measured.Missing(var reason) -> unusable = reason;
      case Measured.Unusable(var reason) -> unusable = reason;
      case Measured.Buckets _,
          Measured.Spreads _,
          Measured.Value _,
          Measured.Pair _,
          Measured.Values _ ->
          throw new IllegalArgumentException("a ratio is shown counts");
    }
  }

  private void add(WindowCounts counts, ClosedWindow window) {
    windows++;
    if (counts.isContradictory()) {
      contradictions++;
      return;
    }
    contradictions = counts.candidate() + counts.stable() > 0 ? 0 : contradictions;
    seen = seen.plus(counts);
    boolean alone = window.weight() >= 1 && counts.stable() == 0;
    Tempering tempering = alone ? alone(counts, window) : tempering(counts, window);
    phi = 1 / tempering.most();
    if (alone) {
      harm.addAlone(counts, tempering);
      health.addAlone(counts, tempering);
    } else {
      harm.add(counts, tempering);
      health.add(counts, tempering);
      effect.add(counts, tempering.most());
    }
  }

  /** Against the past only the candidate's own pods vary. */
  private Tempering alone(WindowCounts counts, ClosedWindow window) {
    double seconds = length.toMillis() / 1e3;
    return Tempering.alone(
        counts.candidate() / seconds, harm.expectedStable(), calibration, window.candidatePods());
  }

  /** The busier of this window and the average, so that a rising load is not underrated. */
  private Tempering tempering(WindowCounts counts, ClosedWindow window) {
    long both = counts.candidate() + counts.stable();
    if (both == 0) {
      return Tempering.by(1);
    }
    double seconds = length.toMillis() / 1e3;
    double average = (seen.candidate() + seen.stable()) / (windows * seconds);
    return Tempering.of(
        Math.max(average, both / seconds),
        counts.candidate() / (double) both,
        harm.expectedStable(),
        calibration,
        window.candidatePods(),
        window.stablePods());
  }

  @Override
  public double logHarm() {
    return harm.logEvidence();
  }

  @Override
  public void fail(double alpha) {
    if (failure == null) {
      failure =
          evidence(
              "%s of %d canary requests were bad where stable had %s and at most %s was allowed%s; a release within the margin would be blamed like this with a chance of at most %s%s"
                  .formatted(
                      Evidence.percent(candidateShare()),
                      seen.candidate(),
                      Evidence.percent(stableShare()),
                      Evidence.percent(limit()),
                      effect.words(),
                      Evidence.percent(alpha),
                      tempered()));
    }
  }

  /** Said only where it made a difference. */
  private String tempered() {
    return phi < 1.05
        ? ""
        : "; evidence tempered by phi %s (%s)"
            .formatted(Evidence.rounded(phi), calibration.source());
  }

  @Override
  public MetricVerdict verdict(Standing standing) {
    return new MetricVerdict(
        spec.name(), spec.critical(), answer(standing), phi, logHarm(), effect.interval());
  }

  private Verdict answer(Standing standing) {
    if (failure != null) {
      return new Verdict.Fail(failure);
    }
    if (unusable != null) {
      return new Verdict.Invalid(evidence(unusable));
    }
    if (standing.doubt().isPresent()) {
      return new Verdict.Invalid(evidence(standing.doubt().get()));
    }
    if (contradictions >= CONTRADICTIONS) {
      return new Verdict.Invalid(
          evidence(
              "more bad requests than requests; make the bad selector a narrower form of the total"
                  + " one"));
    }
    if (seen.candidate() == 0) {
      return new Verdict.Inconclusive(evidence("no canary request was seen yet"));
    }
    if (health.logEvidence() >= passes) {
      return new Verdict.Pass(
          evidence(
              "%d canary requests seen, %s bad; worse than %s is ruled out"
                  .formatted(
                      seen.candidate(),
                      Evidence.percent(candidateShare()),
                      Evidence.percent(tolerance.limit(stableShare())))));
    }
    return new Verdict.Inconclusive(
        evidence(
            "%d canary requests seen, %d of them bad: too few to show harm beyond %s or health within %s%s%s"
                .formatted(
                    seen.candidate(),
                    seen.candidateBad(),
                    Evidence.percent(limit()),
                    Evidence.percent(tolerance.limit(stableShare())),
                    waiting(),
                    tempered())));
  }

  /** How long proof of health would take if the candidate is as good as stable. */
  private String waiting() {
    double all = seen.candidate() + seen.stable();
    if (windows == 0 || all == 0) {
      return "";
    }
    double perWindow =
        health.expectedGrowth(
            seen.candidate() / (double) windows,
            seen.stable() / (double) windows,
            Tempering.guessed(
                phi,
                all / windows / (length.toMillis() / 1e3),
                seen.candidate() / all,
                harm.expectedStable(),
                calibration.noise()));
    if (!(perWindow > 0)) {
      return "";
    }
    double seconds =
        Math.max(1, (passes - health.logEvidence()) / perWindow) * length.toMillis() / 1e3;
    return "; health would show in about " + Evidence.lasting(seconds) + " at this traffic";
  }

  private Evidence evidence(String reason) {
    return new Evidence(
        spec.name(),
        seen.candidate() == 0 ? "" : Evidence.percent(candidateShare()),
        Evidence.percent(limit()),
        seen.candidate(),
        reason);
  }

  private double candidateShare() {
    return seen.candidate() == 0 ? 0 : seen.candidateBad() / (double) seen.candidate();
  }

  private double stableShare() {
    return seen.stable() == 0 ? 0 : seen.stableBad() / (double) seen.stable();
  }

  private double limit() {
    return margin.limit(stableShare());
  }

  @Override
  public void save(StateWriter to) {
    harm.save(to);
    health.save(to);
    effect.save(to);
    seen.save(to);
    to.count(windows).number(phi).count(contradictions).textOrNull(unusable);
    Evidence.save(failure, to);
  }

  @Override
  public void restore(StateReader from) {
    harm.restore(from);
    health.restore(from);
    effect.restore(from);
    seen = WindowCounts.restore(from);
    windows = from.count();
    phi = from.number();
    contradictions = from.count();
    unusable = from.textOrNull();
    failure = Evidence.restore(from);
  }
}
