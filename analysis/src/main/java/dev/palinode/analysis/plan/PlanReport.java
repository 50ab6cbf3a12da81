package dev.palinode.analysis.plan;

import dev.palinode.analysis.picture.Axis;
import dev.palinode.analysis.picture.Chart;
import dev.palinode.analysis.picture.Chart.Line;
import dev.palinode.analysis.picture.Chart.Point;
import dev.palinode.analysis.picture.Svg;
import dev.palinode.analysis.picture.TextChart;
import dev.palinode.analysis.plan.Plan.Row;
import dev.palinode.analysis.plan.Plan.Service;
import dev.palinode.analysis.plan.Plan.Step;
import dev.palinode.analysis.replay.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A plan as people and programs read it. */
public final class PlanReport {
  private static final String[] COLOURS = {
    "#0969da", "#8250df", "#bc4c00", "#1a7f37", "#cf222e", "#57606a"
  };
  private static final int POINTS = 80;

  private PlanReport() {}

  /** What can be found when, in a table and a drawing, and the steps. */
  public static String text(Plan plan) {
    Service service = plan.service();
    StringBuilder out = new StringBuilder();
    out.append(
        "%s requests/s, %s bad; alpha %s, margin %s x stable + %s%n"
            .formatted(
                Words.number(service.rate()),
                Words.percent(service.stable()),
                Words.number(service.alpha()),
                Words.number(service.relative()),
                Words.percent(service.absolute())));
    out.append("\nIncrease over stable that is found on average within\n");
    out.append("%8s".formatted("weight"));
    plan.horizons().forEach(h -> out.append("%10s".formatted(Words.time(h))));
    out.append("   +%s is found after%n".formatted(Words.percent(service.increase())));
    for (Row row : plan.rows()) {
      out.append("%7s%%".formatted(Words.number(row.percent())));
      row.increases()
          .forEach(
              i -> out.append("%10s".formatted(Double.isNaN(i) ? "-" : "+" + Words.percent(i))));
      out.append("   ").append(found(row)).append('\n');
    }
    out.append('\n').append(TextChart.of(chart(plan))).append('\n');
    return out.append(steps(plan)).toString();
  }

  private static String found(Row row) {
    return row.toFind().compareTo(Plan.NEVER) >= 0
        ? "never in practice: send more traffic, mirror it, or widen the increase"
        : "%s, %s extra bad requests"
            .formatted(Words.time(row.toFind()), Words.number(row.badRequests()));
  }

  /** For {@code spec} of a Canary; empty of steps when no weight sees enough. */
  public static String steps(Plan plan) {
    if (plan.steps().isEmpty()) {
      return "No steps follow: at none of these weights is such an increase found.\n";
    }
    StringBuilder out = new StringBuilder("steps:\n");
    for (Step step : plan.steps()) {
      out.append("- setWeight: ").append(Words.number(step.percent())).append('\n');
      out.append("- pause: {duration: ").append(span(step.pause())).append("}\n");
    }
    return out.toString();
  }

  /** As a Canary writes durations. */
  private static String span(Duration pause) {
    long hours = pause.toHours();
    return (hours > 0 ? hours + "h" : "")
        + (pause.toMinutesPart() > 0 ? pause.toMinutesPart() + "m" : "")
        + (pause.toSecondsPart() > 0 ? pause.toSecondsPart() + "s" : "");
  }

  /** Shares as fractions, times in seconds; what is never found is absent. */
  public static Map<String, Object> tree(Plan plan) {
    List<Map<String, Object>> weights = new ArrayList<>();
    for (Row row : plan.rows()) {
      Map<String, Object> detectable = new LinkedHashMap<>();
      for (int i = 0; i < plan.horizons().size(); i++) {
        if (!Double.isNaN(row.increases().get(i))) {
          detectable.put(Words.time(plan.horizons().get(i)), row.increases().get(i));
        }
      }
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("weight", row.percent());
      fields.put("detectableIncrease", detectable);
      if (row.toFind().compareTo(Plan.NEVER) < 0) {
        fields.put("secondsToFind", row.toFind().toMillis() / 1e3);
        fields.put("extraBadRequests", row.badRequests());
      }
      weights.add(fields);
    }
    List<Map<String, Object>> steps = new ArrayList<>();
    for (Step step : plan.steps()) {
      steps.add(Map.of("setWeight", step.percent()));
      steps.add(Map.of("pause", Map.of("duration", span(step.pause()))));
    }
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("rps", plan.service().rate());
    tree.put("errorRate", plan.service().stable());
    tree.put("increase", plan.service().increase());
    tree.put("weights", weights);
    tree.put("steps", steps);
    return tree;
  }

  public static String svg(Plan plan) {
    return Svg.of("What this traffic lets the judge see", List.of(chart(plan)));
  }

  /** Least increase found, against time, both on the scale of the longest horizon. */
  private static Chart chart(Plan plan) {
    Service service = plan.service();
    double longest = plan.horizons().getLast().toSeconds();
    List<Line> lines = new ArrayList<>();
    for (double percent : service.weights()) {
      List<Point> points = new ArrayList<>();
      for (int i = 1; i <= POINTS; i++) {
        double seconds = longest * i / POINTS;
        double increase =
            service.at(percent).increase(seconds * service.candidateRate(percent), service.alpha());
        points.add(new Point(seconds, Math.log10(100 * increase)));
      }
      lines.add(
          new Line(Words.number(percent) + "%", COLOURS[lines.size() % COLOURS.length], points));
    }
    double low =
        lines.stream()
            .flatMap(l -> l.points().stream())
            .mapToDouble(Point::y)
            .filter(Double::isFinite)
            .min()
            .orElse(0);
    return new Chart(
        "Increase in points that is found on average within a time, per weight",
        Axis.ofSeconds(longest, s -> Words.time(Duration.ofMillis(Math.round(s * 1e3)))),
        new Axis(Math.floor(low), 2, 1, e -> "+" + Words.number(Math.pow(10, e))),
        lines,
        List.of(),
        List.of());
  }
}
