package dev.palinode.analysis;

import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.util.Optional;

/**
 * What one metric says.
 *
 * @param critical false: annotates, never fails the rollout
 * @param dispersion variance inflation that the last window's evidence was tempered by, 1 for
 *     independent requests; 1 where it plays no part
 * @param logHarm natural logarithm of its evidence of harm; negative infinity where it has none
 * @param effect the candidate's bad share as a multiple of stable's, as far as the requests tell
 */
public record MetricVerdict(
    String metric,
    boolean critical,
    Verdict verdict,
    double dispersion,
    double logHarm,
    Optional<Interval> effect) {

  /** A range that holds the truth at every look together, but for a chance of alpha. */
  public record Interval(double from, double to) {}

  static MetricVerdict plain(Metric spec, Verdict verdict) {
    return new MetricVerdict(
        spec.name(), spec.critical(), verdict, 1, Double.NEGATIVE_INFINITY, Optional.empty());
  }
}
