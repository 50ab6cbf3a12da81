package dev.palinode.analysis;

import dev.palinode.analysis.rivals.ArgoExpression;
import dev.palinode.crds.AnalysisMode;
import dev.palinode.crds.AnalysisMode.Argo;
import dev.palinode.crds.AnalysisMode.Flagger;
import dev.palinode.crds.AnalysisMode.Kayenta;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Range;
import dev.palinode.crds.Span;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is wrong with a metric that another tool's rules judge. */
final class ModeProblems {
  /** Also in the schema's words; a shorter one could not be kept. */
  private static final Duration SHORTEST = Duration.ofSeconds(5);

  private ModeProblems() {}

  static List<String> of(AnalysisMode mode, Metric metric) {
    List<String> problems = new ArrayList<>();
    if (metric.margin() != null || metric.tolerance() != null || metric.failureLimit() != 0) {
      problems.add(
          "a mode has no margin, tolerance or failureLimit of its own; remove them, limits are"
              + " flagger.threshold and argo.failureLimit");
    }
    problems.addAll(
        switch (mode) {
          case flagger -> flagger(metric);
          case argo -> argo(metric);
          case kayenta -> kayenta(metric);
        });
    return problems;
  }

  private static List<String> flagger(Metric metric) {
    String query = metric.query();
    Range range = metric.range();
    if (query == null || range == null || metric.argo() != null || metric.kayenta() != null) {
      return List.of("mode flagger takes query, range and flagger; remove the others");
    }
    List<String> problems = new ArrayList<>(TemplateProblems.ofQuery(query, range));
    Flagger flagger = Objects.requireNonNullElse(metric.flagger(), Flagger.DEFAULT);
    often("flagger.interval", flagger.interval(), problems);
    if (flagger.threshold() < 1) {
      problems.add("a threshold of failed checks is at least 1");
    }
    return problems;
  }

  private static List<String> argo(Metric metric) {
    String query = metric.query();
    Argo argo = metric.argo();
    if (query == null
        || argo == null
        || metric.range() != null
        || metric.flagger() != null
        || metric.kayenta() != null) {
      return List.of(
          "mode argo takes query and argo with successCondition, failureCondition or both; remove"
              + " the others");
    }
    List<String> problems = new ArrayList<>(QueryTemplate.problems(query));
    if (argo.successCondition() == null && argo.failureCondition() == null) {
      problems.add("without a condition everything is a success; set successCondition");
    }
    condition("successCondition", argo.successCondition(), problems);
    condition("failureCondition", argo.failureCondition(), problems);
    often("argo.interval", argo.interval(), problems);
    problems.addAll(ArgoMode.metric(metric.name(), argo).problems());
    return problems;
  }

  private static void condition(String name, @Nullable String text, List<String> problems) {
    if (text != null) {
      ArgoExpression.problem(text)
          .ifPresent(why -> problems.add("%s cannot be read: %s".formatted(name, why)));
    }
  }

  private static List<String> kayenta(Metric metric) {
    String gauge = metric.gauge();
    String baseline = metric.baseline();
    if (gauge == null
        || baseline == null
        || metric.range() != null
        || metric.flagger() != null
        || metric.argo() != null) {
      return List.of("mode kayenta takes gauge, baseline and kayenta; remove the others");
    }
    List<String> problems = new ArrayList<>(QueryTemplate.problems(gauge));
    problems.addAll(QueryTemplate.problems(baseline));
    Kayenta kayenta = Objects.requireNonNullElse(metric.kayenta(), Kayenta.DEFAULT);
    often("kayenta.step", kayenta.step(), problems);
    often("kayenta.analysisInterval", kayenta.analysisInterval(), problems);
    if (kayenta.analysisInterval().duration().compareTo(kayenta.step().duration()) < 0) {
      problems.add("an analysisInterval holds at least one step; make it longer");
    }
    Duration lookback = kayenta.lookback().duration();
    if (lookback.isPositive() && lookback.compareTo(kayenta.step().duration()) < 0) {
      problems.add("a lookback holds at least one step; make it longer, or 0s for everything");
    }
    return problems;
  }

  private static void often(String name, @Nullable Span interval, List<String> problems) {
    if (interval != null && interval.duration().compareTo(SHORTEST) < 0) {
      problems.add("%s is too short: nothing is measured more often than every 5s".formatted(name));
    }
  }
}
