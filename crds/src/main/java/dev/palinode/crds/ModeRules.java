package dev.palinode.crds;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What must hold of a metric that another tool's rules judge; the rules and their sentences stand
 * as in {@link AnalysisTemplateRules}. Whether a condition can be read is told by module analysis.
 */
final class ModeRules {
  static final String QUESTION =
      "modes flagger and argo ask a query, mode kayenta a gauge with its baseline: use that, or"
          + " remove mode";
  static final String QUESTION_CEL =
      "!has(self.mode) || (self.mode == 'kayenta' ? has(self.gauge) : has(self.query))";

  static final String GROUP =
      "flagger, argo and kayenta hold the settings of the mode of that name: set mode to it, or"
          + " remove them";
  static final String GROUP_CEL =
      "(!has(self.flagger) || (has(self.mode) && self.mode == 'flagger'))"
          + " && (!has(self.argo) || (has(self.mode) && self.mode == 'argo'))"
          + " && (!has(self.kayenta) || (has(self.mode) && self.mode == 'kayenta'))";

  static final String OURS =
      "a metric with a mode has no margin, tolerance or failureLimit of its own: remove them;"
          + " limits are flagger.threshold and argo.failureLimit";
  static final String OURS_CEL =
      "!has(self.mode) || (!has(self.margin) && !has(self.tolerance)"
          + " && (!has(self.failureLimit) || self.failureLimit == 0))";

  static final String CONDITION =
      "mode argo needs argo.successCondition, argo.failureCondition or both, and no range";
  static final String CONDITION_CEL =
      "!has(self.mode) || self.mode != 'argo' || (has(self.argo) && !has(self.range)"
          + " && (has(self.argo.successCondition) || has(self.argo.failureCondition)))";

  static final String COUNT =
      "count must be at least failureLimit + consecutiveSuccessLimit, or neither could be reached";
  static final String COUNT_CEL =
      "!has(self.count) || self.count >= self.failureLimit + self.consecutiveSuccessLimit";

  static final String COUNT_INTERVAL = "a count above 1 needs an interval: add it";
  static final String COUNT_INTERVAL_CEL =
      "!has(self.count) || self.count <= 1 || has(self.interval)";

  static final String NO_END =
      "a failureLimit of -1 forgives everything: add consecutiveSuccessLimit, so that something can"
          + " be shown";
  static final String NO_END_CEL = "self.failureLimit >= 0 || self.consecutiveSuccessLimit > 0";

  static final String TOO_OFTEN = "is too short: nothing is measured more often than every 5s";

  private static final Duration SHORTEST = Duration.ofSeconds(5);
  private static final List<String> MODES = List.of("flagger", "argo", "kayenta");
  private static final List<String> INTERVALS = List.of("interval", "analysisInterval", "step");

  private ModeRules() {}

  static boolean is(JsonNode metric, String mode) {
    return metric.path("mode").asText().equals(mode);
  }

  /** An unknown mode was told already and counts as none. */
  static void check(JsonNode metric, String at, List<Problem> found) {
    Optional<String> mode = MODES.stream().filter(m -> is(metric, m)).findFirst();
    boolean unknown = metric.hasNonNull("mode") && mode.isEmpty();
    if (!unknown
        && MODES.stream().anyMatch(m -> metric.hasNonNull(m) && !mode.equals(Optional.of(m)))) {
      found.add(new Problem(at, GROUP));
    }
    mode.ifPresent(name -> judgedBy(name, metric, at, found));
    for (String group : MODES) {
      for (String field : INTERVALS) {
        if (isTooShort(metric.path(group).path(field))) {
          found.add(new Problem(at + "." + group + "." + field, TOO_OFTEN));
        }
      }
    }
    if (metric.path("argo").isObject()) {
      argo(metric.path("argo"), at + ".argo", found);
    }
  }

  private static void judgedBy(String mode, JsonNode metric, String at, List<Problem> found) {
    if (!metric.hasNonNull(mode.equals("kayenta") ? "gauge" : "query")) {
      found.add(new Problem(at, QUESTION));
    }
    if (metric.hasNonNull("margin")
        || metric.hasNonNull("tolerance")
        || metric.path("failureLimit").asDouble() > 0) {
      found.add(new Problem(at, OURS));
    }
    JsonNode argo = metric.path("argo");
    boolean asks = argo.hasNonNull("successCondition") || argo.hasNonNull("failureCondition");
    if (mode.equals("argo") && (!asks || metric.hasNonNull("range"))) {
      found.add(new Problem(at, CONDITION));
    }
  }

  private static void argo(JsonNode argo, String at, List<Problem> found) {
    double failures = argo.path("failureLimit").asDouble();
    double successes = argo.path("consecutiveSuccessLimit").asDouble();
    JsonNode count = argo.path("count");
    if (count.isNumber() && count.asDouble() < failures + successes) {
      found.add(new Problem(at, COUNT));
    }
    if (count.isNumber() && count.asDouble() > 1 && !argo.hasNonNull("interval")) {
      found.add(new Problem(at, COUNT_INTERVAL));
    }
    if (failures == -1 && successes == 0) {
      found.add(new Problem(at, NO_END));
    }
  }

  /** What is no duration was told already. */
  private static boolean isTooShort(JsonNode span) {
    try {
      return span.isTextual() && Span.of(span.textValue()).duration().compareTo(SHORTEST) < 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
