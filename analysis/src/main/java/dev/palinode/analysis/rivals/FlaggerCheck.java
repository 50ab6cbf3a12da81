package dev.palinode.analysis.rivals;

import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * One metric of a Flagger Canary (scheduler_metrics.go:143-258, 329-345). Bounds are strict: a
 * value on the bound passes.
 *
 * @param min of thresholdRange
 * @param max of thresholdRange
 * @param threshold the deprecated single bound, used when there is no range
 */
public record FlaggerCheck(
    Kind kind, @Nullable Double min, @Nullable Double max, double threshold) {

  /** Which of Flagger's code paths evaluates it. */
  public enum Kind {
    /** {@code request-success-rate}, in percent. */
    SUCCESS_RATE,
    /** {@code request-duration}, the 99th percentile in milliseconds, cut to whole ones. */
    DURATION,
    /** A MetricTemplate or an inline query. */
    TEMPLATE
  }

  public static FlaggerCheck range(Kind kind, @Nullable Double min, @Nullable Double max) {
    return new FlaggerCheck(kind, min, max, 0);
  }

  public static FlaggerCheck threshold(Kind kind, double threshold) {
    return new FlaggerCheck(kind, null, null, threshold);
  }

  /**
   * @param rows the answer of the query; no value counts as a failure
   */
  public boolean passes(List<Double> rows) {
    OptionalDouble value = value(rows);
    return value.isPresent() && accepts(value.getAsDouble());
  }

  /**
   * The last of several rows, whatever the comment there says (providers/prometheus.go:155-172).
   */
  static OptionalDouble value(List<Double> rows) {
    return rows.isEmpty() || rows.getLast().isNaN()
        ? OptionalDouble.empty()
        : OptionalDouble.of(rows.getLast());
  }

  private boolean accepts(double value) {
    if (min == null && max == null) {
      return kind == Kind.SUCCESS_RATE ? !(threshold > value) : !(whole(value) > threshold);
    }
    return (min == null || !(whole(value) < whole(min)))
        && (max == null || !(whole(value) > whole(max)));
  }

  private double whole(double value) {
    return kind == Kind.DURATION && Double.isFinite(value) ? (long) value : value;
  }
}
