package dev.palinode.analysis;

import dev.palinode.analysis.Selector.NotASelector;
import dev.palinode.crds.AnalysisTemplateSpec;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Range;
import dev.palinode.crds.AnalysisTemplateSpec.Ratio;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Everything that is wrong with a template, found without asking a metric store. */
public final class TemplateProblems {
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
    Ratio ratio = metric.ratio();
    String query = metric.query();
    Range range = metric.range();
    if (ratio != null && query == null) {
      return ofRatio(ratio, metric);
    }
    if (query != null && range != null && ratio == null) {
      return ofQuery(query, range);
    }
    return List.of("set either ratio (with margin) or query together with range");
  }

  private static List<String> ofRatio(Ratio ratio, Metric metric) {
    List<String> problems = new ArrayList<>();
    try {
      Selector bad = Selector.parse(ratio.bad());
      Selector total = Selector.parse(ratio.total());
      for (Selector each : List.of(bad, total)) {
        if (!each.metric().startsWith("istio_")) {
          problems.add(
              "%s is not one of Istio's counters, whose labels tell the arms apart; use query and range for it"
                  .formatted(each.metric()));
        } else if (!each.metric().endsWith("_total") && !each.metric().endsWith("_count")) {
          problems.add(
              "%s is not a counter; name one that ends in _total".formatted(each.metric()));
        }
      }
      if (!bad.on("reporter").equals(total.on("reporter"))) {
        problems.add("bad and total name different reporters; name the same one, or none");
      }
    } catch (NotASelector e) {
      problems.add(String.valueOf(e.getMessage()));
    }
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

  private static List<String> ofQuery(String query, Range range) {
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
