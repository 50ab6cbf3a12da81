package dev.palinode.controller.observe;

import dev.palinode.analysis.TemplateProblems;
import dev.palinode.controller.decide.World.Problem;
import dev.palinode.controller.ports.Canaries;
import dev.palinode.crds.AnalysisTemplateSpec;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The questions of all templates that a Canary names, and what is wrong with them. */
record Templates(List<Metric> metrics, List<Problem> problems) {
  static final Templates NONE = new Templates(List.of(), List.of());

  static Templates read(Canaries canaries, String namespace, CanarySpec spec) {
    Set<String> names = new LinkedHashSet<>();
    Stream.concat(
            spec.analysis().templates().stream(),
            spec.steps().stream()
                .filter(s -> s.analysis() != null)
                .flatMap(s -> s.analysis().templates().stream()))
        .forEach(t -> names.add(t.name()));
    List<Metric> metrics = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    for (String name : names) {
      switch (canaries.template(new ObjectName(namespace, name))) {
        case Observed.Known<AnalysisTemplateSpec>(var template) -> {
          metrics.addAll(template.metrics());
          TemplateProblems.of(template)
              .forEach(p ->
                  problems.add(
                      new Problem("TemplateInvalid", "AnalysisTemplate " + name + ": " + p)));
        }
        case Observed.Missing<AnalysisTemplateSpec> _ ->
            problems.add(
                new Problem(
                    "TemplateMissing",
                    "There is no AnalysisTemplate "
                        + name
                        + " in this namespace; create it or correct spec.analysis.templates."));
        case Observed.Unreadable<AnalysisTemplateSpec>(var reason) ->
            problems.add(
                new Problem(
                    "TemplateUnreadable",
                    "The AnalysisTemplate " + name + " cannot be read: " + reason));
      }
    }
    return new Templates(List.copyOf(metrics), List.copyOf(problems));
  }
}
