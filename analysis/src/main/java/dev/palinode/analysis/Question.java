package dev.palinode.analysis;

import dev.palinode.analysis.Exhibit.ClosedWindow;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.time.Instant;
import java.util.Optional;

/** One metric of a rollout, in one of the forms it can take, and its evidence so far. */
sealed interface Question {
  /** In what light a verdict is given. */
  record Standing(Optional<String> doubt, boolean behind, long requests) {}

  Metric spec();

  /**
   * Natural logarithm of the evidence of harm, an e-process; negative infinity where the metric is
   * not a test of that kind and takes no part in the merging.
   */
  double logHarm();

  /** Blames this metric, with the numbers of this moment; later exhibits take nothing back. */
  void fail(double alpha);

  MetricVerdict verdict(Standing standing);

  void save(StateWriter to);

  void restore(StateReader from);

  /** Read in closed windows. */
  sealed interface Windowed extends Question permits RatioMetric, HistogramMetric {
    void add(Measured measured, ClosedWindow window);
  }

  /** Read by queries at single moments. */
  sealed interface Momentary extends Question permits RangeMetric, GaugeMetric {
    void add(Measured measured, Instant at, long requests);
  }

  /** A metric with problems; it is never sent to a store. */
  record Unaskable(Metric spec, String why) implements Question {
    @Override
    public double logHarm() {
      return Double.NEGATIVE_INFINITY;
    }

    @Override
    public void fail(double alpha) {}

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
