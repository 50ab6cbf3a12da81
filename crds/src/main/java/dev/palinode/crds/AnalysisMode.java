package dev.palinode.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Whose rules judge a metric, defects included, and the settings of each in its users' words. */
public enum AnalysisMode {
  flagger,
  argo,
  kayenta;

  /**
   * A check of Flagger's.
   *
   * @param interval between checks, the first of which comes one interval after the first traffic
   * @param threshold failed checks that roll back; none is ever forgiven
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Flagger(@Default("1m") Span interval, @Min(1) @Default("1") Integer threshold) {
    public static final Flagger DEFAULT = new Flagger(Span.of("1m"), 1);

    public Flagger {
      interval = interval == null ? Span.of("1m") : interval;
      threshold = threshold == null ? 1 : threshold;
    }
  }

  /**
   * A metric of an Argo AnalysisTemplate. Its conditions see {@code result}, always a list.
   *
   * @param interval between measurements; without it there is one
   * @param initialDelay from the first traffic to the first measurement; none by default
   * @param count measurements that end the metric; without it an interval goes on for as long as
   *     the rollout
   * @param failureLimit failures that are forgiven; -1 forgives all
   * @param consecutiveErrorLimit errors in a row that are forgiven
   * @param consecutiveSuccessLimit successes in a row that end the metric; 0 for no such end
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @ValidationRule(value = ModeRules.COUNT_CEL, message = ModeRules.COUNT)
  @ValidationRule(value = ModeRules.COUNT_INTERVAL_CEL, message = ModeRules.COUNT_INTERVAL)
  @ValidationRule(value = ModeRules.NO_END_CEL, message = ModeRules.NO_END)
  public record Argo(
      @Size(min = 1, max = 1_000) @Nullable String successCondition,
      @Size(min = 1, max = 1_000) @Nullable String failureCondition,
      @Nullable Span interval,
      @Nullable Span initialDelay,
      @Min(1) @Nullable Integer count,
      @Min(-1) @Default("0") Integer failureLimit,
      @Min(0) @Default("0") Integer inconclusiveLimit,
      @Min(0) @Default("4") Integer consecutiveErrorLimit,
      @Min(0) @Default("0") Integer consecutiveSuccessLimit) {
    public Argo {
      failureLimit = failureLimit == null ? 0 : failureLimit;
      inconclusiveLimit = inconclusiveLimit == null ? 0 : inconclusiveLimit;
      consecutiveErrorLimit = consecutiveErrorLimit == null ? 4 : consecutiveErrorLimit;
      consecutiveSuccessLimit = consecutiveSuccessLimit == null ? 0 : consecutiveSuccessLimit;
    }
  }

  /**
   * A metric of a Kayenta canary config, judged alone: its score is 0 or 100, so no thresholds.
   *
   * @param direction which way is bad
   * @param nanStrategy what becomes of values that are not there
   * @param mustHaveData no data is then a failure
   * @param allowedIncrease times the baseline's mean; a smaller one is no failure
   * @param allowedDecrease times the baseline's mean; a larger one is no failure
   * @param beginAfter the first traffic; what was before is left out
   * @param analysisInterval between judgements
   * @param lookback how far back a judgement sees; 0s for everything
   * @param step between two values of the series
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Kayenta(
      @Default("either") Direction direction,
      @Default("remove") NanStrategy nanStrategy,
      @Default("false") Boolean mustHaveData,
      @Min(0) @Default("1") Double allowedIncrease,
      @Min(0) @Default("1") Double allowedDecrease,
      @Default("0s") Span beginAfter,
      @Default("5m") Span analysisInterval,
      @Default("0s") Span lookback,
      @Default("1m") Span step) {
    public static final Kayenta DEFAULT =
        new Kayenta(
            Direction.either,
            NanStrategy.remove,
            false,
            1.0,
            1.0,
            Span.of("0s"),
            Span.of("5m"),
            Span.of("0s"),
            Span.of("1m"));

    public Kayenta {
      direction = direction == null ? Direction.either : direction;
      nanStrategy = nanStrategy == null ? NanStrategy.remove : nanStrategy;
      mustHaveData = mustHaveData != null && mustHaveData;
      allowedIncrease = allowedIncrease == null ? 1 : allowedIncrease;
      allowedDecrease = allowedDecrease == null ? 1 : allowedDecrease;
      beginAfter = beginAfter == null ? Span.of("0s") : beginAfter;
      analysisInterval = analysisInterval == null ? Span.of("5m") : analysisInterval;
      lookback = lookback == null ? Span.of("0s") : lookback;
      step = step == null ? Span.of("1m") : step;
    }
  }

  /** Which way is bad. */
  public enum Direction {
    increase,
    decrease,
    either
  }

  /** Left out, or taken as zeros. */
  public enum NanStrategy {
    remove,
    replace
  }
}
