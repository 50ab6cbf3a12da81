package dev.palinode.analysis.rivals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One metric of an Argo AnalysisTemplate (utils/evaluate/evaluate.go:18-58,
 * analysis/analysis.go:579-687).
 *
 * @param successCondition empty for none
 * @param failureCondition empty for none; it wins
 * @param interval between measurements; null for a single one
 * @param count measurements that end the metric; null as upstream has it
 * @param failureLimit failures that are forgiven, in total; -1 forgives all
 * @param consecutiveSuccessLimit successes in a row that end the metric; 0 for no such end
 * @param dryRun measured and told, never counted
 */
public record ArgoMetric(
    String name,
    String successCondition,
    String failureCondition,
    @Nullable Duration interval,
    @Nullable Integer count,
    int failureLimit,
    int inconclusiveLimit,
    int consecutiveErrorLimit,
    int consecutiveSuccessLimit,
    boolean dryRun) {
  /** After an error the next measurement comes this much later, whatever the interval. */
  public static final Duration ERROR_RETRY = Duration.ofSeconds(10);

  private static final int DEFAULT_ERROR_LIMIT = 4;

  /** As upstream has it without settings. */
  public static ArgoMetric success(String name, String condition, @Nullable Duration interval) {
    return new ArgoMetric(name, condition, "", interval, null, 0, 0, DEFAULT_ERROR_LIMIT, 0, false);
  }

  public ArgoMetric withFailureLimit(int limit) {
    return new ArgoMetric(
        name,
        successCondition,
        failureCondition,
        interval,
        count,
        limit,
        inconclusiveLimit,
        consecutiveErrorLimit,
        consecutiveSuccessLimit,
        dryRun);
  }

  /** What upstream refuses (utils/analysis/factory.go:149-205). */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (count != null && count < failureLimit + consecutiveSuccessLimit) {
      problems.add("count must be at least failureLimit + consecutiveSuccessLimit");
    }
    if (count != null && count > 1 && interval == null) {
      problems.add("a count above 1 needs an interval");
    }
    if (failureLimit < 0 && consecutiveSuccessLimit == 0) {
      problems.add("failureLimit and consecutiveSuccessLimit must not both be disabled");
    }
    return problems;
  }

  /** Zero for as many as there will be (analysis_types.go:159-169). */
  int effectiveCount() {
    if (count != null) {
      return count;
    }
    return interval == null ? 1 : 0;
  }

  /**
   * What one measured value means.
   *
   * @param result a list of numbers for a vector or matrix, a number for a scalar
   *     (metricproviders/prometheus/prometheus.go:156-188)
   */
  public ArgoPhase measure(@Nullable Object result) {
    try {
      boolean asked = !successCondition.isEmpty();
      boolean forbidden = !failureCondition.isEmpty();
      boolean success = asked && ArgoExpression.holds(successCondition, result);
      boolean failure = forbidden && ArgoExpression.holds(failureCondition, result);
      if (failure) {
        return ArgoPhase.FAILED;
      }
      if (success || !asked) {
        return ArgoPhase.SUCCESSFUL;
      }
      return forbidden ? ArgoPhase.INCONCLUSIVE : ArgoPhase.FAILED;
    } catch (ArgoExpression.Failure e) {
      return ArgoPhase.ERROR;
    }
  }

  /** What a score of the Kayenta provider means (metricproviders/kayenta/kayenta.go:236-244). */
  public static ArgoPhase ofKayentaScore(double score, double pass, double marginal) {
    return switch (KayentaScore.grade(score, pass, marginal)) {
      case PASS -> ArgoPhase.SUCCESSFUL;
      case MARGINAL -> ArgoPhase.INCONCLUSIVE;
      case FAIL -> ArgoPhase.FAILED;
    };
  }
}
