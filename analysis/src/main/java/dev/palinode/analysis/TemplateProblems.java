package dev.palinode.analysis;

import dev.palinode.analysis.Selector.NotASelector;
import dev.palinode.crds.AnalysisMode;
import dev.palinode.crds.AnalysisTemplateSpec;
import dev.palinode.crds.AnalysisTemplateSpec.Margin;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Range;
import dev.palinode.crds.AnalysisTemplateSpec.Ratio;
import dev.palinode.crds.MetricProvider;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Everything that is wrong with a template, found without asking a metric store. */
public final class TemplateProblems {
  /** How the names of single counters end, and those of a histogram's other parts. */
  private static final List<String> NO_HISTOGRAM = List.of("_total", "_count", "_sum");

  private TemplateProblems() {}

  /** Each one a sentence that begins with the metric's name; empty when all can be asked. */
  public static List<String> of(AnalysisTemplateSpec template) {
    List<String> problems = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Metric metric : template.metrics()) {
      if (!names.add(metric.name())) {
        problems.add("metric %s: the name is used twice; rename one".formatted(metric.name()));
      }
      of(metric).forEach(p -> problems.add("metric %s: %s".formatted(metric.name(), p)));
    }
    return List.copyOf(problems);
  }

  static List<String> of(Metric metric) {
    long kinds =
        Stream.of(metric.ratio(), metric.histogram(), metric.gauge(), metric.query())
            .filter(Objects::nonNull)
            .count();
    Ratio ratio = metric.ratio();
    String histogram = metric.histogram();
    String gauge = metric.gauge();
    String baseline = metric.baseline();
    String query = metric.query();
    Range range = metric.range();
    AnalysisMode mode = metric.mode();
    MetricProvider provider = metric.provider();
    if (kinds == 1 && provider != null) {
      return ProviderProblems.of(provider, metric);
    }
    if (kinds == 1 && mode != null) {
      return ModeProblems.of(mode, metric);
    }
    if (kinds == 1 && ratio != null) {
      return ofRatio(ratio, metric);
    }
    if (kinds == 1 && histogram != null) {
      return ofHistogram(histogram, metric);
    }
    if (kinds == 1 && gauge != null && baseline != null) {
      return ofGauge(gauge, baseline, metric);
    }
    if (kinds == 1 && query != null && range != null) {
      return ofQuery(query, range);
    }
    return List.of(
        "set exactly one of ratio, histogram, gauge together with baseline, or query together with"
            + " range");
  }

  private static List<String> ofRatio(Ratio ratio, Metric metric) {
    List<String> problems = new ArrayList<>();
    try {
      Selector bad = Selector.parse(ratio.bad());
      Selector total = Selector.parse(ratio.total());
      for (Selector each : List.of(bad, total)) {
        ofIstio(each).ifPresentOrElse(problems::add, () -> ofCounter(each, problems));
      }
      if (!bad.on("reporter").equals(total.on("reporter"))) {
        problems.add("bad and total name different reporters; name the same one, or none");
      }
    } catch (NotASelector e) {
      problems.add(String.valueOf(e.getMessage()));
    }
    problems.addAll(ofBounds(metric));
    return problems;
  }

  /** Of a ratio's margin and tolerance. */
  static List<String> ofBounds(Metric metric) {
    List<String> problems = new ArrayList<>();
    Bounds margin = Bounds.margin(metric.margin());
    Bounds tolerance = Bounds.tolerance(metric.margin(), metric.tolerance());
    if (margin.relative() == 0 && margin.absolute() == 0) {
      problems.add("a margin of zero times stable plus zero forbids every error; set absolute");
    }
    if (tolerance.relative() < margin.relative() || tolerance.absolute() < margin.absolute()) {
      problems.add(
          "the tolerance is tighter than the margin; make both its numbers at least as wide");
    }
    return problems;
  }

  private static Optional<String> ofIstio(Selector selector) {
    return selector.metric().startsWith("istio_")
        ? Optional.empty()
        : Optional.of(
            "%s is not one of Istio's counters, whose labels tell the arms apart; use query and range for it"
                .formatted(selector.metric()));
  }

  private static void ofCounter(Selector selector, List<String> problems) {
    if (!selector.metric().endsWith("_total") && !selector.metric().endsWith("_count")) {
      problems.add(
          "%s is not a counter; name one that ends in _total".formatted(selector.metric()));
    }
  }

  private static List<String> ofHistogram(String histogram, Metric metric) {
    List<String> problems = new ArrayList<>();
    try {
      Selector selector = Selector.parse(histogram);
      ofIstio(selector).ifPresent(problems::add);
      if (NO_HISTOGRAM.stream().anyMatch(selector.metric()::endsWith)) {
        problems.add(
            "%s is not a histogram; name the counters that end in _bucket, or a native histogram by its plain name"
                .formatted(selector.metric()));
      }
      if (!selector.on("le").isEmpty()) {
        problems.add("all buckets are compared; remove the condition on le");
      }
    } catch (NotASelector e) {
      problems.add(String.valueOf(e.getMessage()));
    }
    if (hasAbsolute(metric.margin()) || hasAbsolute(metric.tolerance())) {
      problems.add("a histogram's margin and tolerance are relative; remove absolute");
    }
    double margin = Bounds.latencyMargin(metric.margin());
    double tolerance = Bounds.latencyTolerance(metric.margin(), metric.tolerance());
    if (margin < 1 || margin > 100) {
      problems.add("a margin of times stable's latency lies between 1 and 100, such as 1.1");
    }
    if (tolerance <= margin) {
      problems.add("the tolerance is not wider than the margin; make its relative larger");
    }
    return problems;
  }

  private static boolean hasAbsolute(@Nullable Margin margin) {
    return margin != null && margin.absolute() != null;
  }

  static List<String> ofGauge(String gauge, String baseline, Metric metric) {
    List<String> problems = new ArrayList<>(QueryTemplate.problems(gauge));
    problems.addAll(QueryTemplate.problems(baseline));
    Bounds margin = Bounds.gaugeMargin(metric.margin());
    Bounds tolerance = Bounds.gaugeTolerance(metric.margin(), metric.tolerance());
    if (tolerance.relative() < margin.relative() || tolerance.absolute() < margin.absolute()) {
      problems.add(
          "the tolerance is tighter than the margin; make both its numbers at least as wide");
    }
    return problems;
  }

  static List<String> ofQuery(String query, Range range) {
    List<String> problems = new ArrayList<>(QueryTemplate.problems(query));
    Double min = range.min();
    Double max = range.max();
    if (min == null && max == null) {
      problems.add("a range needs min, max or both");
    } else if (min != null && max != null && min > max) {
      problems.add("the range's min is above its max");
    }
    return problems;
  }
}
