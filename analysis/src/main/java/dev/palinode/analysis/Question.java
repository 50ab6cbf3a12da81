package dev.palinode.analysis;

import dev.palinode.analysis.Exhibit.ClosedWindow;
import dev.palinode.crds.AnalysisMode;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** One metric of a rollout, in one of the forms it can take, and its evidence so far. */
sealed interface Question {
  /** In what light a verdict is given. */
  record Standing(Optional<String> doubt, boolean behind, long requests) {
    /**
     * A store repeats its last values for minutes: nothing passes in doubt, nor before all is read.
     */
    Verdict temper(Verdict verdict) {
      return switch (verdict) {
        case Verdict.Pass(var evidence) when doubt.isPresent() ->
            new Verdict.Invalid(evidence.because(doubt.get()));
        case Verdict.Pass(var evidence) when behind ->
            new Verdict.Inconclusive(evidence.because("still reading what was measured up to now"));
        case Verdict.Pass _, Verdict.Fail _, Verdict.Inconclusive _, Verdict.Invalid _ -> verdict;
      };
    }
  }

  Metric spec();

  /**
   * Natural logarithm of the evidence of harm, an e-process; negative infinity where the metric is
   * not a test of that kind, fails by counting if at all, and takes no part in the merging.
   */
  default double logHarm() {
    return Double.NEGATIVE_INFINITY;
  }

  /**
   * Blames this metric, with the numbers of this moment; later exhibits take nothing back. Nobody
   * blames one that takes no part in the merging.
   */
  default void fail(double alpha) {}

  MetricVerdict verdict(Standing standing);

  void save(StateWriter to);

  void restore(StateReader from);

  /** Read in closed windows. */
  sealed interface Windowed extends Question permits RatioMetric, HistogramMetric {
    void add(Measured measured, ClosedWindow window);
  }

  /** Read by queries at single moments. */
  sealed interface Momentary extends Question
      permits RangeMetric, GaugeMetric, FlaggerMode, ArgoMode, KayentaMode {
    void add(Measured measured, Instant at, long requests);

    /** From the last moment to the next one that is due; empty when no further one counts. */
    default Optional<Duration> untilNext(Duration usual) {
      return Optional.of(usual);
    }
  }

  /** A metric with problems; it is never sent to a store. */
  record Unaskable(Metric spec, String why) implements Question {
    @Override
    public MetricVerdict verdict(Standing standing) {
      return MetricVerdict.plain(
          spec, new Verdict.Invalid(new Evidence(spec.name(), "", "", 0, why)));
    }

    @Override
    public void save(StateWriter to) {}

    @Override
    public void restore(StateReader from) {}
  }

  static Question of(Metric metric, Trial trial, Calibration calibration) {
    var problems = TemplateProblems.of(metric);
    if (!problems.isEmpty()) {
      return new Unaskable(metric, String.join("; ", problems));
    }
    AnalysisMode mode = metric.mode();
    if (mode != null) {
      return switch (mode) {
        case flagger -> new FlaggerMode(metric);
        case argo -> new ArgoMode(metric);
        case kayenta -> new KayentaMode(metric, trial);
      };
    }
    if (metric.ratio() != null) {
      return new RatioMetric(metric, trial, calibration);
    }
    if (metric.histogram() != null) {
      return new HistogramMetric(metric, trial, calibration);
    }
    return metric.gauge() != null
        ? new GaugeMetric(metric, trial, calibration)
        : new RangeMetric(metric);
  }
}
