package dev.palinode.analysis;

import dev.palinode.analysis.rivals.KayentaMetric;
import dev.palinode.analysis.rivals.KayentaMetric.Effect;
import dev.palinode.analysis.rivals.KayentaMetric.EffectSize;
import dev.palinode.analysis.rivals.KayentaMetric.Label;
import dev.palinode.analysis.rivals.KayentaMetric.Outliers;
import dev.palinode.analysis.rivals.KayentaRun;
import dev.palinode.analysis.rivals.KayentaRun.End;
import dev.palinode.analysis.rivals.KayentaRun.Span;
import dev.palinode.analysis.rivals.KayentaScore;
import dev.palinode.crds.AnalysisMode.Kayenta;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * A gauge of both arms as Kayenta's standalone analysis judges a canary config of this one metric:
 * again and again over all values, or those of the lookback. What Kayenta itself labels no data is
 * no verdict on the release: such a run ends {@code Invalid}.
 */
final class KayentaMode implements Question.Momentary {
  /** Those of Kayenta's documentation; a score of 0 or 100 lies beyond any. */
  private static final double MARGINAL = 75;

  private static final double PASS = 95;

  private static final double UNJUDGED = 100;

  /** Longer than any rollout: its end is the end of the run. */
  private static final Duration LIFETIME = Duration.ofDays(3_650);

  /** A rollout that waits for days must still fit into its Canary; the oldest values go. */
  private static final int MOST_POINTS = 1_000;

  private record Point(Duration at, double candidate, double stable) {}

  private final Metric spec;
  private final Kayenta settings;
  private final KayentaMetric metric;
  private final KayentaRun run;
  private final Instant start;
  private final List<Point> points = new ArrayList<>();
  private @Nullable Label label;
  private double candidate = Double.NaN;
  private double stable = Double.NaN;
  private @Nullable String refused;
  private @Nullable Evidence end;

  /**
   * @param spec one without problems
   */
  KayentaMode(Metric spec, Trial trial) {
    this.spec = spec;
    this.settings = Objects.requireNonNullElse(spec.kayenta(), Kayenta.DEFAULT);
    this.metric = metric(spec.name(), settings);
    this.run =
        new KayentaRun(
            new KayentaRun.Settings(
                settings.beginAfter().duration(),
                settings.analysisInterval().duration(),
                LIFETIME,
                settings.lookback().duration(),
                MARGINAL,
                PASS));
    this.start = trial.start();
  }

  private static KayentaMetric metric(String name, Kayenta kayenta) {
    return new KayentaMetric(
        name,
        name,
        switch (kayenta.direction()) {
          case increase -> KayentaMetric.Direction.INCREASE;
          case decrease -> KayentaMetric.Direction.DECREASE;
          case either -> KayentaMetric.Direction.EITHER;
        },
        switch (kayenta.nanStrategy()) {
          case remove -> KayentaMetric.NanStrategy.REMOVE;
          case replace -> KayentaMetric.NanStrategy.REPLACE_BY_ZERO;
        },
        Outliers.KEEP,
        new Effect(
            EffectSize.MEAN_RATIO, kayenta.allowedIncrease(), kayenta.allowedDecrease(), 1, 1),
        false,
        false,
        kayenta.mustHaveData());
  }

  @Override
  public Metric spec() {
    return spec;
  }

  @Override
  public Optional<Duration> untilNext(Duration usual) {
    return end == null ? Optional.of(settings.step().duration()) : Optional.empty();
  }

  /** Where there is nothing to compare with, nothing is added and no judgement is made. */
  @Override
  public void add(Measured measured, Instant at, long requests) {
    switch (measured) {
      case Measured.Pair(var x, var y) -> {
        refused = null;
        take(new Point(Duration.between(start, at), finite(x), finite(y)), requests);
      }
      case Measured.Missing _ -> refused = null;
      case Measured.Unusable(var reason) -> refused = reason;
      case Measured.Counts _,
          Measured.Buckets _,
          Measured.Spreads _,
          Measured.Value _,
          Measured.Values _ ->
          throw new IllegalArgumentException("Kayenta is shown pairs");
    }
  }

  /** An infinite value, such as a division by zero, has no rank among others. */
  private static double finite(double value) {
    return Double.isFinite(value) ? value : Double.NaN;
  }

  private void take(Point point, long requests) {
    if (end != null) {
      return;
    }
    points.add(point);
    if (points.size() > MOST_POINTS) {
      points.removeFirst();
    }
    while (end == null
        && run.next().filter(span -> span.to().compareTo(point.at()) <= 0).isPresent()) {
      judge(run.next().orElseThrow(), requests);
    }
    Duration from = run.next().map(Span::from).orElse(Duration.ZERO);
    points.removeIf(p -> p.at().compareTo(from) <= 0);
  }

  private void judge(Span span, long requests) {
    List<Point> seen =
        points.stream()
            .filter(p -> p.at().compareTo(span.from()) > 0 && p.at().compareTo(span.to()) <= 0)
            .toList();
    if (seen.isEmpty()) { // nothing was asked then, which is not the same as no answer
      run.judged(UNJUDGED);
      return;
    }
    double[] x = values(seen, Point::candidate);
    double[] y = values(seen, Point::stable);
    candidate = mean(x);
    stable = mean(y);
    KayentaMetric.Classified classified = metric.classify(x, y);
    label = classified.label();
    if (run.judged(KayentaScore.of(List.of(classified), Map.of())).isPresent()) {
      end = evidence(told(label), requests);
    }
  }

  private static double[] values(List<Point> points, ToDoubleFunction<Point> of) {
    return points.stream().mapToDouble(of).toArray();
  }

  private static double mean(double[] values) {
    return DoubleStream.of(values).filter(v -> !Double.isNaN(v)).average().orElse(Double.NaN);
  }

  private String told(Label as) {
    return switch (as) {
      case PASS -> words("the canary's %s is not shown to differ from the baseline's %s");
      case HIGH -> words("the canary's %s is high against the baseline's %s");
      case LOW -> words("the canary's %s is low against the baseline's %s");
      case NODATA, NODATA_FAIL_METRIC ->
          "judgement %d found no data in one of the two series".formatted(run.done());
      case ERROR ->
          "judgement %d could not compare the values; Kayenta would not count the metric"
              .formatted(run.done());
    };
  }

  private String words(String comparison) {
    return "in judgement %d "
        .concat(comparison)
        .formatted(run.done(), Evidence.rounded(candidate), Evidence.rounded(stable));
  }

  @Override
  public MetricVerdict verdict(Standing standing) {
    return MetricVerdict.plain(spec, standing.temper(answer(standing.requests())));
  }

  private Verdict answer(long requests) {
    if (end == null && refused != null) {
      return new Verdict.Invalid(evidence(refused, requests));
    }
    Label known = label;
    if (known == null) {
      return new Verdict.Inconclusive(
          evidence(
              "the first judgement comes %s after %s"
                  .formatted(settings.analysisInterval(), settings.beginAfter()),
              requests));
    }
    Evidence evidence = end != null ? end : evidence(told(known), requests);
    return switch (known) {
      case PASS -> new Verdict.Pass(evidence);
      case HIGH, LOW, NODATA_FAIL_METRIC -> new Verdict.Fail(evidence);
      case NODATA -> new Verdict.Invalid(evidence);
      case ERROR -> new Verdict.Inconclusive(evidence);
    };
  }

  private Evidence evidence(String reason, long requests) {
    return new Evidence(spec.name(), shown(candidate), shown(stable), requests, reason);
  }

  private static String shown(double mean) {
    return Double.isNaN(mean) ? "" : Evidence.rounded(mean);
  }

  @Override
  public void save(StateWriter to) {
    to.count(points.size());
    points.forEach(p -> to.count(p.at().toMillis()).number(p.candidate()).number(p.stable()));
    to.count(run.done()).count(label == null ? 0 : label.ordinal() + 1);
    to.number(candidate).number(stable).textOrNull(refused);
    Evidence.save(end, to);
  }

  @Override
  public void restore(StateReader from) {
    for (int left = from.size(MOST_POINTS); left > 0; left--) {
      points.add(new Point(Duration.ofMillis(from.count()), from.number(), from.number()));
    }
    int judged = from.size(Integer.MAX_VALUE);
    int known = from.size(Label.values().length);
    label = known == 0 ? null : Label.values()[known - 1];
    candidate = from.number();
    stable = from.number();
    refused = from.textOrNull();
    end = Evidence.restore(from);
    run.resume(judged, Optional.ofNullable(end).map(_ -> End.FAILED));
  }
}
