package dev.palinode.crds;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What must hold in an AnalysisTemplate beyond the type of each field; each rule in both its
 * languages with the one sentence that both answer. What needs the query language or statistics to
 * see is told by module analysis.
 */
final class AnalysisTemplateRules {
  static final String UNIQUE =
      "a metric's name is used once in a template: verdicts are told by it; rename one of them";
  static final String UNIQUE_CEL = "self.all(m, self.exists_one(n, n.name == m.name))";

  static final String ONE_KIND =
      "a metric is exactly one of ratio, histogram, gauge (with baseline) or query (with range)";
  static final String ONE_KIND_CEL =
      "(has(self.ratio) ? 1 : 0) + (has(self.histogram) ? 1 : 0) + (has(self.gauge) ? 1 : 0)"
          + " + (has(self.query) ? 1 : 0) == 1";

  static final String GAUGE_BASELINE =
      "gauge and baseline belong together: add as baseline the same query for {{stable.pods}}";
  static final String GAUGE_BASELINE_CEL = "has(self.gauge) == has(self.baseline)";

  static final String QUERY_RANGE =
      "query and range belong together: add range with min, max or both";
  static final String QUERY_RANGE_CEL =
      "(has(self.mode) && self.mode == 'argo') || has(self.query) == has(self.range)";

  static final String RANGE_BOUND = "a range needs min, max or both";
  static final String RANGE_BOUND_CEL = "has(self.min) || has(self.max)";

  static final String RANGE_ORDER =
      "a range's min must not be above its max: no value would ever lie inside";
  static final String RANGE_ORDER_CEL = "!has(self.min) || !has(self.max) || self.min <= self.max";

  static final String PLACEHOLDERS =
      "a query knows the placeholders {{candidate.pods}}, {{stable.pods}}, {{candidate.revision}},"
          + " {{service.name}} and {{service.namespace}}, and no other";

  private static final String KNOWN =
      " *(candidate[.]pods|stable[.]pods|candidate[.]revision|service[.]name|service[.]namespace)"
          + " *[}][}]";

  static final String PLACEHOLDERS_CEL =
      "self.matches('^([^{]|[{]([^{]|$)|[{][{]" + KNOWN + ")*$')";

  /** The same without repeated groups, on which Java's matcher would recurse once per letter. */
  private static final Pattern UNKNOWN_PATTERN = Pattern.compile("[{][{](?!" + KNOWN + ")");

  private static final List<String> KINDS = List.of("ratio", "histogram", "gauge", "query");
  private static final List<String> QUERIES = List.of("query", "gauge", "baseline");

  private AnalysisTemplateRules() {}

  static List<Problem> problems(JsonNode spec) {
    List<Problem> found = new ArrayList<>();
    Set<String> names = new HashSet<>();
    JsonNode metrics = spec.path("metrics");
    for (int i = 0; metrics.isArray() && i < metrics.size(); i++) {
      JsonNode metric = metrics.get(i);
      String at = "spec.metrics[" + i + "]";
      if (metric.path("name").isTextual() && !names.add(metric.path("name").textValue())) {
        found.add(new Problem(at + ".name", UNIQUE));
      }
      if (metric.isObject()) {
        kind(metric, at, found);
        range(metric, at, found);
        ModeRules.check(metric, at, found);
        ProviderRules.check(metric, at, found);
        for (String field : QUERIES) {
          if (UNKNOWN_PATTERN.matcher(metric.path(field).asText()).find()) {
            found.add(new Problem(at + "." + field, PLACEHOLDERS));
          }
        }
      }
    }
    return found;
  }

  private static void kind(JsonNode metric, String at, List<Problem> found) {
    if (KINDS.stream().filter(metric::hasNonNull).count() != 1) {
      found.add(new Problem(at, ONE_KIND));
    }
    if (metric.hasNonNull("gauge") != metric.hasNonNull("baseline")) {
      found.add(new Problem(at, GAUGE_BASELINE));
    }
    if (!ModeRules.is(metric, "argo") && metric.hasNonNull("query") != metric.hasNonNull("range")) {
      found.add(new Problem(at, QUERY_RANGE));
    }
  }

  private static void range(JsonNode metric, String at, List<Problem> found) {
    JsonNode range = metric.path("range");
    if (range.isObject() && !range.hasNonNull("min") && !range.hasNonNull("max")) {
      found.add(new Problem(at + ".range", RANGE_BOUND));
    }
    if (range.path("min").isNumber()
        && range.path("max").isNumber()
        && range.path("min").doubleValue() > range.path("max").doubleValue()) {
      found.add(new Problem(at + ".range", RANGE_ORDER));
    }
  }
}
