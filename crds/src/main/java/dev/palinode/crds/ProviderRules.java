package dev.palinode.crds;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What must hold of a metric that somebody else than the metric store answers; the rules and their
 * sentences stand as in {@link AnalysisTemplateRules}.
 */
final class ProviderRules {
  static final String ONE = "a provider is exactly one of webhook and graphite";
  static final String ONE_CEL = "has(self.webhook) != has(self.graphite)";

  static final String URL =
      "a provider's url begins with http:// or https:// and a host, and has no user, no ? and no #";

  private static final String WEB = "^https?://[^/@?#]+(/[^?#]*)?$";
  static final String URL_CEL = "self.matches('" + WEB + "')";

  static final String KIND =
      "a webhook answers a ratio, a query or a gauge, graphite a query or a gauge: use one of"
          + " these, or remove provider";
  static final String KIND_CEL =
      "!has(self.provider) || (!has(self.histogram)"
          + " && (!has(self.ratio) || !has(self.provider.graphite) || has(self.provider.webhook)))";

  static final String MODE =
      "a metric with a provider is judged by our own rules: remove mode, or provider";
  static final String MODE_CEL = "!has(self.provider) || !has(self.mode)";

  private static final Pattern WEB_PATTERN = Pattern.compile(WEB);
  private static final List<String> PROVIDERS = List.of("webhook", "graphite");

  private ProviderRules() {}

  static void check(JsonNode metric, String at, List<Problem> found) {
    JsonNode provider = metric.path("provider");
    if (!provider.isObject()) {
      return;
    }
    if (PROVIDERS.stream().filter(provider::hasNonNull).count() != 1) {
      found.add(new Problem(at + ".provider", ONE));
    }
    if (metric.hasNonNull("histogram")
        || (metric.hasNonNull("ratio")
            && provider.hasNonNull("graphite")
            && !provider.hasNonNull("webhook"))) {
      found.add(new Problem(at, KIND));
    }
    if (metric.hasNonNull("mode")) {
      found.add(new Problem(at, MODE));
    }
    for (String each : PROVIDERS) {
      JsonNode url = provider.path(each).path("url");
      if (url.isTextual() && !WEB_PATTERN.matcher(url.textValue()).find()) {
        found.add(new Problem(at + ".provider." + each + ".url", URL));
      }
    }
  }
}
