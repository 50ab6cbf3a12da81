package dev.palinode.analysis.replay;

import dev.palinode.analysis.picture.Axis;
import dev.palinode.analysis.picture.Chart;
import dev.palinode.analysis.picture.Chart.Level;
import dev.palinode.analysis.picture.Chart.Line;
import dev.palinode.analysis.picture.Chart.Mark;
import dev.palinode.analysis.picture.Chart.Point;
import dev.palinode.analysis.replay.Replay.Outcome;
import dev.palinode.analysis.replay.Replay.Result;
import dev.palinode.analysis.replay.Rule.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The pictures of a replay: our evidence, and what both arms did. */
public final class ReplayCharts {
  private static final Map<String, String> COLOURS =
      Map.of("palinode", "#0969da", "flagger", "#8250df", "argo", "#bc4c00", "kayenta", "#1a7f37");

  private static final String CANARY = "#cf222e";
  private static final String STABLE = "#57606a";
  private static final double LOWEST = -3;

  private ReplayCharts() {}

  /** The evidence of harm over time, on a logarithmic scale, with each rule's rollback. */
  public static Chart evidence(Result result) {
    double limit = -Math.log10(result.alpha());
    List<Point> line = points(result, p -> p.logEvidence() / Math.log(10));
    double low = line.stream().mapToDouble(Point::y).min().orElse(0);
    Axis y =
        new Axis(
            Math.clamp(Math.floor(low), LOWEST, -1), Math.ceil(limit) + 1, 1, ReplayCharts::power);
    return new Chart(
        "E-value: evidence that the canary is worse than the margin",
        time(result),
        y,
        List.of(new Line("E-value", COLOURS.getOrDefault("palinode", STABLE), line)),
        List.of(new Level("fails at " + Words.number(1 / result.alpha()), limit)),
        marks(result));
  }

  /** Bad requests of both arms, in percent. */
  public static Chart shares(Result result) {
    List<Point> canary = points(result, p -> 100 * p.canary());
    List<Point> stable = points(result, p -> 100 * p.stable());
    double top =
        java.util.stream.Stream.concat(canary.stream(), stable.stream())
            .mapToDouble(Point::y)
            .filter(v -> !Double.isNaN(v))
            .max()
            .orElse(0);
    return new Chart(
        "Bad requests, % of each window",
        time(result),
        Axis.of(0, top > 0 ? top * 1.05 : 1, Words::number),
        List.of(new Line("canary", CANARY, canary), new Line("stable", STABLE, stable)),
        List.of(),
        List.of());
  }

  private static Axis time(Result result) {
    return Axis.ofSeconds(
        seconds(result.recording().length()),
        s -> Words.time(Duration.ofMillis(Math.round(s * 1e3))));
  }

  private static List<Point> points(Result result, ToDoubleFunction<Replay.Point> value) {
    return result.points().stream()
        .map(p -> new Point(seconds(p.end()), value.applyAsDouble(p)))
        .toList();
  }

  private static List<Mark> marks(Result result) {
    return result.outcomes().stream()
        .filter(o -> o.answer() == Answer.FAIL && o.at().isPresent())
        .map(ReplayCharts::mark)
        .toList();
  }

  private static Mark mark(Outcome outcome) {
    Duration at = outcome.at().orElseThrow();
    return new Mark(
        outcome.rule() + " " + Words.time(at),
        COLOURS.getOrDefault(outcome.rule(), STABLE),
        seconds(at));
  }

  private static String power(double exponent) {
    return Words.number(Math.pow(10, exponent));
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1e3;
  }
}
