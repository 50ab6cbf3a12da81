package dev.palinode.analysis;

import java.util.List;
import java.util.Optional;

/** How the metrics' answers make one: the gravest critical one decides. */
final class RolloutVerdict {
  private RolloutVerdict() {}

  static Verdict of(List<MetricVerdict> each, long requests) {
    List<Verdict> critical =
        each.stream().filter(MetricVerdict::critical).map(MetricVerdict::verdict).toList();
    return first(critical, Verdict.Fail.class)
        .or(() -> first(critical, Verdict.Invalid.class))
        .or(() -> first(critical, Verdict.Inconclusive.class))
        .or(() -> first(critical, Verdict.Pass.class))
        .orElseGet(() -> nothingCritical(each, requests));
  }

  private static Optional<Verdict> first(List<Verdict> verdicts, Class<? extends Verdict> kind) {
    return verdicts.stream().filter(kind::isInstance).findFirst();
  }

  /** Metrics that only annotate let everything pass; without any there is no gate to pass. */
  private static Verdict nothingCritical(List<MetricVerdict> each, long requests) {
    return each.isEmpty()
        ? new Verdict.Inconclusive(
            new Evidence("", "", "", requests, "no metric is asked; name a template"))
        : new Verdict.Pass(
            new Evidence("", "", "", requests, "no metric is critical, so none can stop it"));
  }
}
