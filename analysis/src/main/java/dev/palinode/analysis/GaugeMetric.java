package dev.palinode.analysis;

import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A gauge of both arms at the same moments; more is worse. Successive values hang together, so they
 * are averaged in batches of four correlation times before they are compared.
 */
final class GaugeMetric implements Question.Momentary {
  /** Correlation of successive values where the past does not tell it. */
  private static final double ASSUMED = 0.8;

  private static final double CORRELATION_TIMES = 4;
  private static final int LONGEST_BATCH = 120;

  private final Metric spec;
  private final Bounds margin;
  private final Bounds tolerance;
  private final Instant from;
  private final Duration warmup;
  private final int batch;
  private final String source;
  private final double passes;
  private final MeanSequence harm;
  private final MeanSequence health;
  private long inBatch;
  private double harmSum;
  private double healthSum;
  private long values;
  private double candidateSum;
  private double stableSum;
  private long requests;
  private @Nullable String missing = "nothing was measured yet";
  private @Nullable String refused;
  private @Nullable Evidence failure;

  /**
   * @param spec one without problems
   */
  GaugeMetric(Metric spec, Trial trial, Calibration calibration) {
    this.spec = spec;
    this.margin = Bounds.gaugeMargin(spec.margin());
    this.tolerance = Bounds.gaugeTolerance(spec.margin(), spec.tolerance());
    this.from = trial.start().plus(trial.warmup());
    this.warmup = trial.warmup();
    boolean known = calibration.before().size() == 1;
    double r = known ? calibration.before().getFirst() : ASSUMED;
    double times = (1 + Math.max(0, r)) / (1 - Math.min(0.99, Math.max(0, r)));
    this.batch = (int) Math.clamp(Math.ceil(CORRELATION_TIMES * times), 1, LONGEST_BATCH);
    this.source = known ? "as its past says" : "assumed, since its past is not known";
    this.passes = -StrictMath.log(trial.beta());
    this.harm = new MeanSequence(trial.alpha());
    this.health = new MeanSequence(trial.beta());
  }

  @Override
  public Metric spec() {
    return spec;
  }

  @Override
  public void add(Measured measured, Instant at, long candidateRequests) {
    requests = candidateRequests;
    switch (measured) {
      case Measured.Pair(var candidate, var stable) -> {
        refused = null;
        add(candidate, stable, at);
      }
      case Measured.Missing(var reason) -> {
        refused = null;
        missing = reason;
      }
      case Measured.Unusable(var reason) -> refused = reason;
      case Measured.Counts _,
          Measured.Buckets _,
          Measured.Spreads _,
          Measured.Value _,
          Measured.Values _ ->
          throw new IllegalArgumentException("a gauge is shown pairs");
    }
  }

  private void add(double candidate, double stable, Instant at) {
    if (!Double.isFinite(candidate) || !Double.isFinite(stable)) {
      missing = "the queries give %s and %s".formatted(candidate, stable);
      return;
    }
    missing = null;
    if (at.isBefore(from)) {
      return;
    }
    values++;
    candidateSum += candidate;
    stableSum += stable;
    harmSum += candidate - margin.relative() * stable - margin.absolute();
    healthSum += tolerance.relative() * stable + tolerance.absolute() - candidate;
    if (++inBatch == batch) {
      harm.add(harmSum / batch);
      health.add(healthSum / batch);
      inBatch = 0;
      harmSum = 0;
      healthSum = 0;
    }
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
              "over %d batches of %d values (%s) the canary has %s where stable has %s and at most %s was allowed"
                  .formatted(
                      harm.count(),
                      batch,
                      source,
                      Evidence.rounded(candidate()),
                      Evidence.rounded(stable()),
                      Evidence.rounded(limit(margin))));
    }
  }

  @Override
  public MetricVerdict verdict(Standing standing) {
    return new MetricVerdict(
        spec.name(), spec.critical(), answer(standing), 1, logHarm(), Optional.empty());
  }

  private Verdict answer(Standing standing) {
    if (failure != null) {
      return new Verdict.Fail(failure);
    }
    if (refused != null) {
      return new Verdict.Invalid(evidence(refused));
    }
    if (standing.doubt().isPresent()) {
      return new Verdict.Invalid(evidence(standing.doubt().get()));
    }
    if (missing != null) {
      return new Verdict.Inconclusive(evidence(missing));
    }
    if (values == 0) {
      return new Verdict.Inconclusive(
          evidence("the first %d s do not count".formatted(warmup.toSeconds())));
    }
    if (health.logEvidence() >= passes) {
      return new Verdict.Pass(
          evidence(
              "over %d batches of %d values the canary has %s; more than %s is ruled out"
                  .formatted(
                      health.count(),
                      batch,
                      Evidence.rounded(candidate()),
                      Evidence.rounded(limit(tolerance)))));
    }
    return new Verdict.Inconclusive(
        evidence(
            "%d of at least %d batches of %d values seen (%s): too few to compare %s with stable's %s"
                .formatted(
                    harm.count(),
                    MeanSequence.FEWEST,
                    batch,
                    source,
                    Evidence.rounded(candidate()),
                    Evidence.rounded(stable()))));
  }

  private double candidate() {
    return candidateSum / Math.max(1, values);
  }

  private double stable() {
    return stableSum / Math.max(1, values);
  }

  private double limit(Bounds bounds) {
    return bounds.relative() * stable() + bounds.absolute();
  }

  private Evidence evidence(String reason) {
    return new Evidence(
        spec.name(),
        values == 0 ? "" : Evidence.rounded(candidate()),
        values == 0 ? "" : Evidence.rounded(limit(margin)),
        requests,
        reason);
  }

  @Override
  public void save(StateWriter to) {
    harm.save(to);
    health.save(to);
    to.count(inBatch).number(harmSum).number(healthSum);
    to.count(values).number(candidateSum).number(stableSum).count(requests);
    to.textOrNull(missing).textOrNull(refused);
    Evidence.save(failure, to);
  }

  @Override
  public void restore(StateReader in) {
    harm.restore(in);
    health.restore(in);
    inBatch = in.count();
    harmSum = in.number();
    healthSum = in.number();
    values = in.count();
    candidateSum = in.number();
    stableSum = in.number();
    requests = in.count();
    missing = in.textOrNull();
    refused = in.textOrNull();
    failure = Evidence.restore(in);
  }
}
