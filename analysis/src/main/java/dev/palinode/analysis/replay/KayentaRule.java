package dev.palinode.analysis.replay;

import dev.palinode.analysis.Measured.Buckets;
import dev.palinode.analysis.WindowCounts;
import dev.palinode.analysis.rivals.KayentaMetric;
import dev.palinode.analysis.rivals.KayentaMetric.Classified;
import dev.palinode.analysis.rivals.KayentaMetric.Direction;
import dev.palinode.analysis.rivals.KayentaRun;
import dev.palinode.analysis.rivals.KayentaRun.Span;
import dev.palinode.analysis.rivals.KayentaScore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Kayenta on the share of bad requests per step, and on the 99th percentile where a histogram was
 * recorded; both arms at the same time.
 */
public final class KayentaRule implements Rule {
  /**
   * @param step of the series
   * @param interval between judgements
   * @param first no judgement is made earlier
   * @param lookback how far a judgement sees back; zero for everything
   * @param marginal a score at or below it ends the run
   * @param pass the last score must reach it
   */
  public record Settings(
      Duration step,
      Duration interval,
      Duration first,
      Duration lookback,
      double marginal,
      double pass) {
    /**
     * The thresholds of Kayenta's documentation, a judgement each five minutes from the tenth on.
     */
    public static Settings defaults() {
      return new Settings(
          Duration.ofMinutes(1),
          Duration.ofMinutes(5),
          Duration.ofMinutes(10),
          Duration.ZERO,
          75,
          95);
    }
  }

  private record Point(
      Duration end, double candidate, double stable, double candidateP99, double stableP99) {}

  /** Longer than any recording: its end is the end of the run. */
  private static final Duration LIFETIME = Duration.ofDays(3650);

  private static final double UNJUDGED = 100;
  private static final double P99 = 0.99;

  private final Settings settings;
  private final KayentaMetric errors = KayentaMetric.named("errors", Direction.INCREASE);
  private final KayentaMetric latency = KayentaMetric.named("latency", Direction.INCREASE);
  private final KayentaRun run;
  private final Interval interval;
  private final List<Point> points = new ArrayList<>();
  private int judgements;
  private double last = UNJUDGED;

  public KayentaRule(Settings settings) {
    this.settings = settings;
    this.interval = new Interval(settings.step());
    this.run =
        new KayentaRun(
            new KayentaRun.Settings(
                Duration.ZERO,
                settings.interval(),
                LIFETIME,
                settings.lookback(),
                settings.marginal(),
                settings.pass()));
  }

  @Override
  public String name() {
    return "kayenta";
  }

  @Override
  public Optional<Decision> take(Window window) {
    interval.add(window).ifPresent(sum -> points.add(point(window.end(), sum)));
    Optional<Decision> decision = Optional.empty();
    while (decision.isEmpty() && isDue(window.end())) {
      decision = judge(run.next().orElseThrow());
    }
    return decision;
  }

  private static Point point(Duration end, Interval.Sum sum) {
    WindowCounts n = sum.counts();
    Optional<Buckets> l = sum.latency();
    return new Point(
        end,
        Interval.share(n.candidateBad(), n.candidate()),
        Interval.share(n.stableBad(), n.stable()),
        l.map(b -> Interval.quantile(b.edges(), b.candidate(), P99)).orElse(Double.NaN),
        l.map(b -> Interval.quantile(b.edges(), b.stable(), P99)).orElse(Double.NaN));
  }

  private boolean isDue(Duration now) {
    return run.next().filter(span -> span.to().compareTo(now) <= 0).isPresent();
  }

  private Optional<Decision> judge(Span span) {
    if (span.to().compareTo(settings.first()) < 0) {
      return run.judged(UNJUDGED).map(_ -> end());
    }
    List<Point> seen =
        points.stream()
            .filter(p -> p.end().compareTo(span.from()) > 0 && p.end().compareTo(span.to()) <= 0)
            .toList();
    List<Classified> results = new ArrayList<>();
    results.add(classify(errors, seen, Point::candidate, Point::stable));
    if (seen.stream().anyMatch(p -> !Double.isNaN(p.candidateP99()))) {
      results.add(classify(latency, seen, Point::candidateP99, Point::stableP99));
    }
    last = KayentaScore.of(results, Map.of());
    judgements++;
    return run.judged(last).map(_ -> new Decision(Answer.FAIL, words()));
  }

  private static Classified classify(
      KayentaMetric metric,
      List<Point> points,
      ToDoubleFunction<Point> candidate,
      ToDoubleFunction<Point> stable) {
    return metric.classify(
        points.stream().mapToDouble(candidate).toArray(),
        points.stream().mapToDouble(stable).toArray());
  }

  @Override
  public Decision end() {
    if (judgements == 0) {
      return new Decision(Answer.INCONCLUSIVE, "the recording ends before the first judgement");
    }
    return new Decision(last >= settings.pass() ? Answer.PASS : Answer.FAIL, words());
  }

  private String words() {
    return "score %s after %d judgements".formatted(Words.number(last), judgements);
  }
}
