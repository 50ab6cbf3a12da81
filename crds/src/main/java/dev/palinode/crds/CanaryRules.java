package dev.palinode.crds;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What must hold in a Canary beyond the type of each field. Where the API server can refuse, the
 * rule stands here in both its languages with the one sentence that both answer.
 */
final class CanaryRules {
  static final String ONE_KIND =
      "a step is exactly one of setWeight, pause or analysis; a pause that waits for a person is"
          + " pause: {}";
  static final String ONE_KIND_CEL =
      "(has(self.setWeight) ? 1 : 0) + (has(self.pause) ? 1 : 0) + (has(self.analysis) ? 1 : 0)"
          + " == 1";

  static final String ASCENDING =
      "each setWeight must be greater than the one before it; to hold a weight longer, add a pause";
  static final String ASCENDING_CEL =
      "self.filter(s, has(s.setWeight)).map(s, s.setWeight).isSorted() && self.filter(s,"
          + " has(s.setWeight)).all(s, self.exists_one(t, has(t.setWeight) && t.setWeight =="
          + " s.setWeight))";

  static final String WEIGHT_FIRST =
      "the first step must be a setWeight: before it the candidate gets no traffic, so there is"
          + " nothing to wait for or to judge";
  static final String WEIGHT_FIRST_CEL = "self.size() == 0 || has(self[0].setWeight)";

  static final String DEPLOYMENT =
      "only Deployments can be guarded: a DaemonSet or StatefulSet cannot be held; set"
          + " targetRef.kind to Deployment";
  static final String DEPLOYMENT_CEL = "self == 'Deployment'";

  static final String ALPHA = "alpha is a chance above 0 and at most 0.5, as in 0.01";

  /** No schema bounds: the API server cuts them to whole numbers for a value written as one. */
  static final String ALPHA_CEL = "self > 0.0 && self <= 0.5";

  private CanaryRules() {}

  static List<Problem> problems(JsonNode spec) {
    List<Problem> found = new ArrayList<>();
    JsonNode kind = spec.path("targetRef").path("kind");
    if (kind.isTextual() && !kind.textValue().equals("Deployment")) {
      found.add(new Problem("spec.targetRef.kind", DEPLOYMENT));
    }
    if (spec.path("steps").isArray()) {
      steps(spec.path("steps"), found);
    }
    JsonNode alpha = spec.path("analysis").path("alpha");
    if (alpha.isNumber() && !(alpha.doubleValue() > 0 && alpha.doubleValue() <= 0.5)) {
      found.add(new Problem("spec.analysis.alpha", ALPHA));
    }
    notYet(spec, found);
    if (spec.path("source").isObject()) {
      found.addAll(GitRules.source(spec.path("source"), "spec.source"));
    }
    return found;
  }

  private static void steps(JsonNode steps, List<Problem> found) {
    @Nullable Double before = null;
    for (int i = 0; i < steps.size(); i++) {
      JsonNode step = steps.get(i);
      String at = "spec.steps[" + i + "]";
      if (step.isObject()
          && kinds(step) != 1
          && !RecordShape.hasLater(step, CanarySpec.Step.class)) {
        found.add(new Problem(at, ONE_KIND));
      }
      if (i == 0 && (step.hasNonNull("pause") || step.hasNonNull("analysis"))) {
        found.add(new Problem(at, WEIGHT_FIRST));
      }
      if (step.path("setWeight").isNumber()) {
        double weight = step.path("setWeight").doubleValue();
        if (before != null && weight <= before) {
          found.add(new Problem(at + ".setWeight", ASCENDING));
        }
        before = weight;
      }
    }
  }

  private static int kinds(JsonNode step) {
    return (int)
        List.of("setWeight", "pause", "analysis").stream().filter(step::hasNonNull).count();
  }

  /** Words of the contract that this version does not carry out: better said than ignored. */
  private static void notYet(JsonNode spec, List<Problem> found) {
    if (spec.path("hold").asText().equals("Admission")) {
      found.add(
          new Problem(
              "spec.hold",
              "Admission is not supported in this version; set paused: true on the Deployment in"
                  + " git, label it palinode.dev/hold: declared, and use Auto or Declared"));
    }
    if (spec.path("traffic").path("istio").path("mode").asText().equals("Delegate")) {
      found.add(
          new Problem(
              "spec.traffic.istio.mode",
              "Delegate is not supported in this version; use InPlace, which puts the routes back"
                  + " to git's text after each rollout"));
    }
  }
}
