package dev.palinode.analysis.rivals;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * One metric of a Kayenta canary config and how NetflixACAJudge-v1.0 classifies it
 * (MannWhitneyClassifier.scala:145-211). Confidence 0.98 and tolerance 0.25 are hard-coded there:
 * the properties of those names are never read.
 *
 * @param group the group whose score it counts for
 * @param critical a failure of it makes the whole score 0
 * @param muted reported, never counted
 * @param mustHaveData no data then fails a metric that is not critical
 */
public record KayentaMetric(
    String name,
    String group,
    Direction direction,
    NanStrategy nans,
    Outliers outliers,
    Effect effect,
    boolean critical,
    boolean muted,
    boolean mustHaveData) {
  static final double CONFIDENCE = 0.98;
  private static final double TOLERANCE = 0.25;

  /** Noise on constant arms, as a part of the constant. */
  private static final double NOISE = 1e-5;

  private static final double IQR_FACTOR = 3;

  /** Which way is bad. */
  public enum Direction {
    INCREASE,
    DECREASE,
    EITHER
  }

  /** What becomes of values that are not there. */
  public enum NanStrategy {
    REMOVE,
    REPLACE_BY_ZERO
  }

  /** What becomes of values far away from the others. */
  public enum Outliers {
    KEEP,
    REMOVE
  }

  /** How large a difference must be to count, besides being shown. */
  public enum EffectSize {
    MEAN_RATIO,
    COMMON_LANGUAGE
  }

  /** An effect at or beyond these counts, as a failure or as a critical one. */
  public record Effect(
      EffectSize measure,
      double allowedIncrease,
      double allowedDecrease,
      double criticalIncrease,
      double criticalDecrease) {
    public static Effect meanRatio() {
      return new Effect(EffectSize.MEAN_RATIO, 1, 1, 1, 1);
    }

    public static Effect commonLanguage() {
      return new Effect(EffectSize.COMMON_LANGUAGE, 0.5, 0.5, 0.5, 0.5);
    }
  }

  /** Kayenta's labels. */
  public enum Label {
    PASS,
    HIGH,
    LOW,
    NODATA,
    NODATA_FAIL_METRIC,
    /** The classifier threw; such a metric counts for nothing, even a critical one. */
    ERROR
  }

  /**
   * @param criticalFailure any such makes the whole score 0
   */
  public record Classified(KayentaMetric metric, Label label, boolean criticalFailure) {}

  /** Everything as Kayenta has it without settings, except the direction. */
  public static KayentaMetric named(String name, Direction direction) {
    return new KayentaMetric(
        name,
        name,
        direction,
        NanStrategy.REMOVE,
        Outliers.KEEP,
        Effect.meanRatio(),
        false,
        false,
        false);
  }

  public Classified classify(double[] experiment, double[] control) {
    double[] x = prepared(experiment);
    double[] y = prepared(control);
    if (x.length == 0 || y.length == 0) {
      return noData();
    }
    Arrays.sort(x);
    Arrays.sort(y);
    if (Arrays.equals(x, y) || isOneValue(x, y)) {
      return new Classified(this, Label.PASS, false);
    }
    if (isConstant(x) && isConstant(y)) {
      x = noisy(x);
      y = noisy(y);
    }
    try {
      return compared(x, y);
    } catch (IllegalArgumentException e) {
      return new Classified(this, Label.ERROR, false);
    }
  }

  private Classified noData() {
    return switch (nans) {
      case REPLACE_BY_ZERO -> new Classified(this, Label.PASS, false);
      case REMOVE ->
          mustHaveData && !critical
              ? new Classified(this, Label.NODATA_FAIL_METRIC, false)
              : new Classified(this, Label.NODATA, critical);
    };
  }

  private Classified compared(double[] x, double[] y) {
    MannWhitney.Interval shift = MannWhitney.interval(x, y, CONFIDENCE);
    double size = effectSize(x, y);
    double tolerated = TOLERANCE * Math.abs(shift.estimate());
    if (direction != Direction.DECREASE
        && shift.low() > tolerated
        && !(size < effect.allowedIncrease())) {
      return new Classified(this, Label.HIGH, critical && !(size < effect.criticalIncrease()));
    }
    if (direction != Direction.INCREASE
        && shift.high() < -tolerated
        && !(size > effect.allowedDecrease())) {
      return new Classified(this, Label.LOW, critical && !(size > effect.criticalDecrease()));
    }
    return new Classified(this, Label.PASS, false);
  }

  /** NaN counts as large enough. */
  private double effectSize(double[] x, double[] y) {
    return switch (effect.measure()) {
      case MEAN_RATIO -> {
        double above = mean(x);
        double below = mean(y);
        yield above == 0 || below == 0 ? Double.NaN : above / below;
      }
      case COMMON_LANGUAGE -> MannWhitney.commonLanguageEffect(x, y);
    };
  }

  private double[] prepared(double[] values) {
    double[] present =
        switch (nans) {
          case REMOVE -> DoubleStream.of(values).filter(v -> !Double.isNaN(v)).toArray();
          case REPLACE_BY_ZERO ->
              DoubleStream.of(values).map(v -> Double.isNaN(v) ? 0 : v).toArray();
        };
    return outliers == Outliers.REMOVE && present.length > 0 ? withoutOutliers(present) : present;
  }

  /** IQRDetector.scala:55-75: never narrower than the 1st to the 99th percentile. */
  private static double[] withoutOutliers(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double low = percentile(sorted, 0.25);
    double high = percentile(sorted, 0.75);
    double reach = IQR_FACTOR * (high - low);
    double least = Math.min(percentile(sorted, 0.01), low - reach);
    double most = Math.max(percentile(sorted, 0.99), high + reach);
    return DoubleStream.of(values).filter(v -> v >= least && v <= most).toArray();
  }

  /** Hyndman and Fan's type 7, linear between order statistics. */
  static double percentile(double[] sorted, double share) {
    double at = share * (sorted.length - 1);
    int below = (int) Math.floor(at);
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  private static double mean(double[] values) {
    return DoubleStream.of(values).sum() / values.length;
  }

  private static boolean isConstant(double[] sorted) {
    return sorted[0] == sorted[sorted.length - 1];
  }

  private static boolean isOneValue(double[] x, double[] y) {
    return isConstant(x) && isConstant(y) && x[0] == y[0];
  }

  /**
   * Kayenta draws normal noise of this deviation anew at each look. The quantiles of that
   * distribution are its most even draw, and the same look gives the same answer again.
   */
  private static double[] noisy(double[] constant) {
    double deviation = Math.abs(constant[0]) * NOISE;
    double[] noisy = new double[constant.length];
    for (int i = 0; i < noisy.length; i++) {
      noisy[i] = constant[i] + deviation * MannWhitney.quantile((i + 0.5) / noisy.length);
    }
    return noisy;
  }
}
