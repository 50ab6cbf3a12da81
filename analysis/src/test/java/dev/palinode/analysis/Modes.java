package dev.palinode.analysis;

import static dev.palinode.analysis.Shop.SETTINGS;
import static dev.palinode.analysis.Shop.T0;

import dev.palinode.analysis.Exhibit.Moment;
import dev.palinode.analysis.Exhibit.Shown;
import dev.palinode.crds.AnalysisMode;
import dev.palinode.crds.AnalysisMode.Argo;
import dev.palinode.crds.AnalysisMode.Direction;
import dev.palinode.crds.AnalysisMode.Flagger;
import dev.palinode.crds.AnalysisMode.Kayenta;
import dev.palinode.crds.AnalysisMode.NanStrategy;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Range;
import dev.palinode.crds.Span;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Metrics that other tools' rules judge, and what they are shown. */
final class Modes {
  static final String SUCCESS = "result[0] >= 0.95";
  static final String FAILURE = "result[0] < 0.5";

  private Modes() {}

  /** A success rate of at least 99, checked each minute. */
  static Metric flagger(int threshold) {
    return flagger(new Range(99.0, null), new Flagger(Span.of("1m"), threshold));
  }

  static Metric flagger(Range range, Flagger flagger) {
    return metric("rate", null, "success", range, AnalysisMode.flagger, flagger, null, null);
  }

  static Metric argo(Argo argo) {
    return metric("share", null, "share", null, AnalysisMode.argo, null, argo, null);
  }

  static Argo each(String interval, String success, String failure, Integer count, int failures) {
    return limits(interval, success, failure, count, failures, 0, 0);
  }

  static Argo limits(
      String interval,
      String success,
      String failure,
      Integer count,
      int failures,
      int inconclusive,
      int successes) {
    Span span = interval == null ? null : Span.of(interval);
    return new Argo(success, failure, span, null, count, failures, inconclusive, null, successes);
  }

  /** A judgement each four minutes on a value each minute. */
  static Metric kayenta(Direction direction) {
    return kayenta(direction, NanStrategy.remove, false, 1);
  }

  static Metric kayenta(
      Direction direction, NanStrategy nans, boolean mustHaveData, double allowedIncrease) {
    return kayenta(
        new Kayenta(
            direction,
            nans,
            mustHaveData,
            allowedIncrease,
            null,
            null,
            Span.of("4m"),
            null,
            Span.of("1m")));
  }

  static Metric kayenta(Kayenta kayenta) {
    return metric("heap", "new", null, null, AnalysisMode.kayenta, null, null, kayenta);
  }

  private static Metric metric(
      String name,
      String gauge,
      String query,
      Range range,
      AnalysisMode mode,
      Flagger flagger,
      Argo argo,
      Kayenta kayenta) {
    return new Metric(
        name,
        null,
        null,
        gauge,
        gauge == null ? null : "old",
        null,
        null,
        query,
        range,
        0,
        true,
        mode,
        flagger,
        argo,
        kayenta,
        null);
  }

  /** Of every kind one that ends soon and one that goes on for longer. */
  static List<Metric> all() {
    return List.of(
        flagger(2),
        flagger(new Range(null, 150.0), new Flagger(Span.of("30s"), 50)),
        argo(limits("20s", SUCCESS, FAILURE, null, 1, 1, 0)),
        argo(limits("1m", SUCCESS, null, 40, 30, 0, 0)),
        kayenta(Direction.either),
        kayenta(
            new Kayenta(
                Direction.increase,
                NanStrategy.replace,
                true,
                100.0,
                null,
                Span.of("1m"),
                Span.of("30s"),
                Span.of("2m"),
                Span.of("10s"))));
  }

  /** What it might see at a moment, sometimes nothing. */
  static Measured measured(Metric metric, SplittableRandom random) {
    if (random.nextInt(12) == 0) {
      return new Measured.Unusable("parse error");
    }
    double[] values = {0.4, 0.7, 0.96, 1, 99, 100, Double.NaN};
    double value = values[random.nextInt(values.length)];
    if (metric.gauge() != null) {
      return new Measured.Pair(value, random.nextGaussian());
    }
    return random.nextInt(9) == 0 ? rows() : rows(value);
  }

  static Judge judge(Metric metric) {
    return new Judge(Trial.of(List.of(metric), 0.01, T0, SETTINGS));
  }

  static Measured rows(double... values) {
    return new Measured.Values(Arrays.stream(values).boxed().toList());
  }

  /** At that minute of the rollout. */
  static Verdict show(Judge judge, double minute, Measured measured) {
    judge.add(new Moment(T0.plusMillis((long) (60_000 * minute)), new Shown(0, measured)));
    return judge.verdict();
  }

  /** One after another, a minute apart, the first at minute one; the last verdict. */
  static Verdict play(Metric metric, Measured... shown) {
    Judge judge = judge(metric);
    for (int i = 0; i < shown.length; i++) {
      show(judge, i + 1, shown[i]);
    }
    return judge.verdict();
  }
}
