package dev.palinode.analysis;

/** One metric of a rollout, in one of the forms it can take. */
sealed interface Question permits RatioMetric, RangeMetric, Question.Unaskable {
  /** A metric with problems; it is never sent to a store. */
  record Unaskable(MetricVerdict verdict) implements Question {}
}
