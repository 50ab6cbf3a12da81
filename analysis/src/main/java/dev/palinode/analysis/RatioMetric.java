package dev.palinode.analysis;

import dev.palinode.analysis.Arms.Reporter;
import dev.palinode.analysis.Arms.Side;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Ratio;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The share of bad requests, candidate against stable: one question and its evidence so far. */
final class RatioMetric implements Question {
  /** So many contradictory windows, and the two selectors cannot be about the same requests. */
  private static final int CONTRADICTIONS = 3;

  private final Metric spec;
  private final Selector bad;
  private final Selector total;
  private final Bounds margin;
  private final Bounds tolerance;
  private final SequentialTest harm;
  private final SequentialTest health;
  private final double passes;
  private WindowCounts seen = WindowCounts.EMPTY;
  private Duration watched = Duration.ZERO;
  private double phi = 1;
  private int contradictions;
  private @Nullable Evidence failure;

  /**
   * @param spec one without problems
   * @param beta bound on a false pass
   */
  RatioMetric(Metric spec, Ratio ratio, double beta) {
    this.spec = spec;
    this.bad = Selector.parse(ratio.bad());
    this.total = Selector.parse(ratio.total());
    this.margin = Bounds.margin(spec.margin());
    this.tolerance = Bounds.tolerance(spec.margin(), spec.tolerance());
    this.harm = SequentialTest.harm(margin.relative(), margin.absolute());
    this.health = SequentialTest.health(tolerance.relative(), tolerance.absolute());
    this.passes = -Math.log(beta);
  }

  Metric spec() {
    return spec;
  }

  String badSelector(Arms arms) {
    return ofService(bad, arms).toString();
  }

  String totalSelector(Arms arms) {
    return ofService(total, arms).toString();
  }

  /**
   * The selector for both arms in one answer. Requests that the client gave up (499) or that never
   * got an answer (0) say nothing about either arm.
   */
  static Selector ofService(Selector selector, Arms arms) {
    Selector service =
        selector
            .and("destination_service_namespace", "=", arms.serviceNamespace())
            .and("destination_service_name", "=", arms.serviceName())
            .and("response_code", "!~", "0|499");
    return selector.on("reporter").isEmpty()
        ? service.and("reporter", "=~", "source|destination")
        : service;
  }

  static WindowCounts counts(Tally bad, Tally total, Reporter reporter) {
    return new WindowCounts(
        total.count(reporter, Side.CANDIDATE),
        bad.count(reporter, Side.CANDIDATE),
        total.count(reporter, Side.STABLE),
        bad.count(reporter, Side.STABLE));
  }

  void add(WindowCounts window, Duration length, Arms arms, double podVariation) {
    watched = watched.plus(length);
    if (window.isContradictory()) {
      contradictions++;
      return;
    }
    contradictions = window.candidate() + window.stable() > 0 ? 0 : contradictions;
    seen = seen.plus(window);
    phi = phi(window, length, arms, podVariation);
    harm.add(window, Dispersion.eta(phi));
    health.add(window, Dispersion.eta(phi));
  }

  /** The busier of this window and the average, so that a rising load is not underrated. */
  private double phi(WindowCounts window, Duration length, Arms arms, double podVariation) {
    long both = window.candidate() + window.stable();
    if (both == 0) {
      return 1;
    }
    double average = (seen.candidate() + seen.stable()) / (watched.toMillis() / 1e3);
    double rate = Math.max(average, both / (length.toMillis() / 1e3));
    return Dispersion.phi(
        harm.expectedStable() * rate,
        window.candidate() / (double) both,
        podVariation,
        arms.candidatePods().size(),
        arms.stablePods().size());
  }

  /** Natural logarithm of the evidence of harm. */
  double logHarm() {
    return harm.logEvidence();
  }

  /** Blames this metric, with the numbers of this moment; later windows take nothing back. */
  void fail(double alpha) {
    if (failure == null) {
      failure =
          evidence(
              "%s of %d canary requests were bad where stable had %s and at most %s was allowed; a release within the margin would be blamed like this with a chance of at most %s"
                  .formatted(
                      Evidence.percent(candidateShare()),
                      seen.candidate(),
                      Evidence.percent(stableShare()),
                      Evidence.percent(limit()),
                      Evidence.percent(alpha)));
    }
  }

  /**
   * @param distrusted why the measurement cannot be used, if so
   */
  MetricVerdict verdict(Optional<String> distrusted) {
    return new MetricVerdict(spec.name(), spec.critical(), answer(distrusted), phi);
  }

  private Verdict answer(Optional<String> distrusted) {
    if (failure != null) {
      return new Verdict.Fail(failure);
    }
    if (distrusted.isPresent()) {
      return new Verdict.Invalid(evidence(distrusted.get()));
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
            "%d canary requests seen, %d of them bad: too few to show harm beyond %s or health within %s"
                .formatted(
                    seen.candidate(),
                    seen.candidateBad(),
                    Evidence.percent(limit()),
                    Evidence.percent(tolerance.limit(stableShare())))));
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
}
