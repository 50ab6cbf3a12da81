package dev.palinode.analysis;

import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Range;
import dev.palinode.crds.AnalysisTemplateSpec.Ratio;
import dev.palinode.crds.MetricProvider;
import dev.palinode.crds.MetricProvider.Graphite;
import dev.palinode.crds.MetricProvider.Webhook;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is wrong with a metric that a provider answers. */
final class ProviderProblems {
  private ProviderProblems() {}

  static List<String> of(MetricProvider provider, Metric metric) {
    List<String> problems = new ArrayList<>();
    Webhook webhook = provider.webhook();
    Graphite graphite = provider.graphite();
    if ((webhook == null) == (graphite == null)) {
      problems.add("a provider is exactly one of webhook and graphite");
    }
    if (webhook != null) {
      url(webhook.url()).ifPresent(problems::add);
    }
    if (graphite != null) {
      url(graphite.url()).ifPresent(problems::add);
    }
    if (metric.mode() != null) {
      problems.add("a metric with a provider is judged by our own rules; remove mode");
    }
    problems.addAll(question(metric, webhook != null));
    return problems;
  }

  private static List<String> question(Metric metric, boolean counts) {
    Ratio ratio = metric.ratio();
    String query = metric.query();
    Range range = metric.range();
    String gauge = metric.gauge();
    String baseline = metric.baseline();
    if (ratio != null && counts) {
      List<String> problems = new ArrayList<>(TemplateProblems.ofBounds(metric));
      problems.addAll(QueryTemplate.problems(ratio.bad()));
      problems.addAll(QueryTemplate.problems(ratio.total()));
      return problems;
    }
    if (query != null && range != null) {
      return TemplateProblems.ofQuery(query, range);
    }
    if (gauge != null && baseline != null) {
      return TemplateProblems.ofGauge(gauge, baseline, metric);
    }
    return List.of(
        "a webhook answers a ratio, a query with range or a gauge with baseline, graphite the last"
            + " two; use one of these");
  }

  private static Optional<String> url(String text) {
    try {
      URI url = URI.create(text);
      boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      return web && url.getHost() != null && url.getRawUserInfo() == null
          ? Optional.empty()
          : Optional.of("a provider's url is http(s)://host[:port][/path], without a user");
    } catch (IllegalArgumentException e) {
      // Not repeated: it may hold a password.
      return Optional.of("a provider's url is no web address; write http(s)://host[:port][/path]");
    }
  }
}
