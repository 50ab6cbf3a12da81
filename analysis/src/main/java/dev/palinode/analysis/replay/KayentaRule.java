package dev.palinode.analysis.replay;

import dev.palinode.analysis.WindowCounts;
import dev.palinode.analysis.rivals.KayentaMetric;
import dev.palinode.analysis.rivals.KayentaMetric.Direction;
import dev.palinode.analysis.rivals.KayentaRun;
import dev.palinode.analysis.rivals.KayentaRun.Span;
import dev.palinode.analysis.rivals.KayentaScore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Kayenta on one series: the share of bad requests per step, both arms at the same time. */
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

  private record Point(Duration end, double candidate, double stable) {}

  /** Longer than any recording: its end is the end of the run. */
  private static final Duration LIFETIME = Duration.ofDays(3650);

  private static final double UNJUDGED = 100;

  private final Settings settings;
  private final KayentaMetric metric = KayentaMetric.named("errors", Direction.INCREASE);
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
    Optional<WindowCounts> step = interval.add(window);
    if (step.isPresent()) {
      WindowCounts n = step.get();
      points.add(
          new Point(
              window.end(),
              Interval.share(n.candidateBad(), n.candidate()),
              Interval.share(n.stableBad(), n.stable())));
    }
    Optional<Decision> decision = Optional.empty();
    while (decision.isEmpty() && isDue(window.end())) {
      decision = judge(run.next().orElseThrow());
    }
    return decision;
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
    double[] candidate = seen.stream().mapToDouble(Point::candidate).toArray();
    double[] stable = seen.stream().mapToDouble(Point::stable).toArray();
    last = KayentaScore.of(List.of(metric.classify(candidate, stable)), Map.of());
    judgements++;
    return run.judged(last).map(_ -> new Decision(Answer.FAIL, words()));
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
