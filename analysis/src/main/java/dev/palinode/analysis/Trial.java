package dev.palinode.analysis;

import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Everything that is fixed before the first exhibit: with it, a record can be judged again.
 *
 * @param metrics of all the rollout's templates
 * @param alpha bound on the chance that a healthy release is ever failed
 * @param beta bound on the chance that a release just at the tolerance passes
 * @param start when the candidate first got traffic
 * @param window length of each
 * @param warmup how long young gauges are left out; young latencies are left out in reading
 * @param onset between two times at which harm may have begun; zero: at once or never
 * @param calibrations what the time before the rollout tells, one per metric
 */
public record Trial(
    List<Metric> metrics,
    double alpha,
    double beta,
    Instant start,
    Duration window,
    Duration warmup,
    Duration onset,
    List<Calibration> calibrations) {

  public Trial {
    metrics = List.copyOf(metrics);
    calibrations = List.copyOf(calibrations);
    if (!(alpha > 0 && alpha < 1) || !(beta > 0 && beta < 1)) {
      throw new IllegalArgumentException("alpha and beta lie between 0 and 1");
    }
    if (!window.isPositive() || warmup.isNegative() || onset.isNegative()) {
      throw new IllegalArgumentException("a window is longer than zero, nothing is shorter");
    }
    if (calibrations.size() != metrics.size()) {
      throw new IllegalArgumentException("one calibration per metric");
    }
  }

  /** Without a history: every metric with the assumed variation. */
  public static Trial of(List<Metric> metrics, double alpha, Instant start, GateSettings settings) {
    return new Trial(
        metrics,
        alpha,
        settings.beta(),
        start,
        settings.window(),
        settings.warmup(),
        settings.lateOnset(),
        metrics.stream()
            .map(_ -> Calibration.assumed(settings.podVariation(), "no history was read"))
            .toList());
  }

  Trial with(List<Calibration> measured) {
    return new Trial(metrics, alpha, beta, start, window, warmup, onset, measured);
  }

  /** Starts of harm are a whole number of windows apart, at least one. */
  Onset mixture() {
    return onset.isZero()
        ? Onset.AT_ONCE
        : new Onset((int) Math.max(1, onset.toMillis() / window.toMillis()));
  }
}
