package dev.palinode.analysis.replay;

import dev.palinode.analysis.rivals.ArgoMetric;
import dev.palinode.analysis.rivals.ArgoPhase;
import dev.palinode.analysis.rivals.ArgoRun;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Argo Rollouts' success-rate analysis in the background of a whole rollout. */
public final class ArgoRule implements Rule {
  /**
   * @param interval between measurements, and the span of each
   * @param failureLimit failures that are forgiven
   * @param successCondition over {@code result}, a list with the share of good requests, 0 to 1
   */
  public record Settings(Duration interval, int failureLimit, String successCondition) {
    /** As in the example of Argo's documentation (docs/features/analysis.md). */
    public static Settings defaults() {
      return new Settings(Duration.ofMinutes(5), 3, "result[0] >= 0.95");
    }
  }

  private final ArgoMetric metric;
  private final ArgoRun run;
  private final Interval interval;
  private int failures;
  private int measurements;

  public ArgoRule(Settings settings) {
    this.metric =
        ArgoMetric.success("success-rate", settings.successCondition(), settings.interval())
            .withFailureLimit(settings.failureLimit());
    this.run = new ArgoRun(List.of(metric));
    this.interval = new Interval(settings.interval());
  }

  @Override
  public String name() {
    return "argo";
  }

  @Override
  public Optional<Decision> take(Window window) {
    Optional<Interval.Sum> due = interval.add(window);
    if (due.isEmpty()) {
      return Optional.empty();
    }
    ArgoPhase measured = metric.measure(List.of(due.get().successRate() / 100));
    measurements++;
    failures += measured == ArgoPhase.FAILED ? 1 : 0;
    run.measured(metric, measured);
    return switch (run.phase()) {
      case FAILED, ERROR -> Optional.of(new Decision(Answer.FAIL, words()));
      case INCONCLUSIVE -> Optional.of(new Decision(Answer.INCONCLUSIVE, words()));
      case SUCCESSFUL, RUNNING, PENDING -> Optional.empty();
    };
  }

  @Override
  public Decision end() {
    return new Decision(Answer.PASS, words());
  }

  private String words() {
    return "%s: %d of %d measurements failed, %d are forgiven"
        .formatted(
            run.phase().name().toLowerCase(Locale.ROOT),
            failures,
            measurements,
            metric.failureLimit());
  }
}
