package dev.palinode.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.AnalysisMode;
import dev.palinode.crds.AnalysisMode.Kayenta;
import dev.palinode.crds.AnalysisTemplateSpec;
import dev.palinode.crds.AnalysisTemplateSpec.Margin;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Range;
import dev.palinode.crds.AnalysisTemplateSpec.Ratio;
import dev.palinode.crds.MetricProvider;
import dev.palinode.crds.Span;
import java.util.List;
import org.junit.jupiter.api.Test;

class TemplateProblemsTest {
  private static final Ratio GOOD =
      new Ratio("istio_requests_total{response_code=~\"5..\"}", "istio_requests_total");

  static Metric ratio(Ratio ratio, Margin margin, Margin tolerance) {
    return new Metric("errors", ratio, margin, tolerance, null, null, 0, true);
  }

  static Metric query(String query, Range range, int failureLimit) {
    return new Metric("orders", null, null, null, query, range, failureLimit, true);
  }

  private static List<String> problems(Metric... metrics) {
    return TemplateProblems.of(new AnalysisTemplateSpec(List.of(metrics)));
  }

  @Test
  void builtInTemplate_hasNone() {
    assertThat(TemplateProblems.of(BuiltInTemplates.http())).isEmpty();
  }

  @Test
  void expressionAsCounter_isNamed() {
    assertThat(
            problems(ratio(new Ratio("rate(istio_requests_total[1m])", GOOD.total()), null, null)))
        .singleElement()
        .asString()
        .startsWith("metric errors: ")
        .contains("without rate()");
  }

  @Test
  void counterWithoutArms_isNamed() {
    assertThat(problems(ratio(new Ratio("app_errors_total", "app_total"), null, null)))
        .hasSize(2)
        .allMatch(p -> p.contains("use query and range"));
  }

  @Test
  void gauge_isNamed() {
    assertThat(problems(ratio(new Ratio(GOOD.bad(), "istio_build"), null, null)))
        .singleElement()
        .asString()
        .contains("not a counter");
  }

  @Test
  void differentReporters_areNamed() {
    assertThat(
            problems(
                ratio(
                    new Ratio(GOOD.bad(), "istio_requests_total{reporter=\"source\"}"),
                    null,
                    null)))
        .singleElement()
        .asString()
        .contains("reporter");
  }

  @Test
  void marginOfZero_isNamed() {
    assertThat(problems(ratio(GOOD, new Margin(0.0, null), null)))
        .singleElement()
        .asString()
        .contains("forbids every error");
  }

  @Test
  void toleranceInsideTheMargin_isNamed() {
    assertThat(problems(ratio(GOOD, new Margin(1.2, 0.05), new Margin(null, 0.01))))
        .singleElement()
        .asString()
        .contains("tighter than the margin");
  }

  @Test
  void unknownPlaceholder_isNamed() {
    assertThat(problems(query("up{x=\"{{pods}}\"}", new Range(1.0, null), 0)))
        .singleElement()
        .asString()
        .contains("{{pods}}");
  }

  @Test
  void emptyOrReversedRange_isNamed() {
    assertThat(problems(query("up", new Range(null, null), 0))).hasSize(1);
    assertThat(problems(query("up", new Range(2.0, 1.0), 0))).hasSize(1);
  }

  @Test
  void neitherForm_isNamed() {
    assertThat(problems(query("up", null, 0))).hasSize(1);
  }

  @Test
  void metricsOfOtherTools_haveNone() {
    for (Metric metric : Modes.all()) {
      assertThat(problems(metric)).isEmpty();
    }
  }

  @Test
  void conditionThatCannotBeRead_isNamed() {
    for (String condition :
        List.of("result[0] >=", "result >> 1", "fast(result)", "(".repeat(900), "-".repeat(900))) {
      assertThat(problems(Modes.argo(Modes.each("1m", condition, null, null, 0))))
          .singleElement()
          .asString()
          .contains("successCondition cannot be read: ");
    }
  }

  @Test
  void argoWithoutACondition_isNamed() {
    assertThat(problems(Modes.argo(Modes.each("1m", null, null, null, 0))))
        .singleElement()
        .asString()
        .contains("set successCondition");
  }

  @Test
  void whatArgoRefuses_isNamed() {
    assertThat(problems(Modes.argo(Modes.each("1m", Modes.SUCCESS, null, 2, 3)))).hasSize(1);
    assertThat(problems(Modes.argo(Modes.each(null, Modes.SUCCESS, null, 2, 0)))).hasSize(1);
    assertThat(problems(Modes.argo(Modes.each("1m", Modes.SUCCESS, null, null, -1)))).hasSize(1);
  }

  @Test
  void measuringTooOften_isNamed() {
    assertThat(problems(Modes.argo(Modes.each("4s", Modes.SUCCESS, null, null, 0))))
        .singleElement()
        .asString()
        .contains("argo.interval is too short");
  }

  @Test
  void judgingMoreOftenThanMeasuring_isNamed() {
    Kayenta kayenta =
        new Kayenta(null, null, null, null, null, null, Span.of("30s"), null, Span.of("1m"));
    assertThat(problems(Modes.kayenta(kayenta)))
        .singleElement()
        .asString()
        .contains("make it longer");
    Kayenta blind =
        new Kayenta(null, null, null, null, null, null, null, Span.of("30s"), Span.of("1m"));
    assertThat(problems(Modes.kayenta(blind))).singleElement().asString().contains("0s for");
  }

  @Test
  void questionOfAnotherMode_isNamed() {
    Metric flagger = Modes.flagger(1);
    Metric mixed =
        new Metric(
            "m",
            null,
            null,
            null,
            null,
            null,
            null,
            flagger.query(),
            flagger.range(),
            3,
            true,
            AnalysisMode.argo,
            flagger.flagger(),
            null,
            null,
            null);
    assertThat(problems(mixed))
        .hasSize(2)
        .anyMatch(p -> p.contains("mode argo takes query and argo"))
        .anyMatch(p -> p.contains("no margin, tolerance or failureLimit"));
  }

  private static Metric histogram(String selector) {
    return new Metric("latency", null, selector, null, null, null, null, null, null, 0, true);
  }

  @Test
  void histogram_isClassicOrNative() {
    assertThat(problems(histogram("istio_request_duration_milliseconds_bucket"))).isEmpty();
    assertThat(problems(histogram("istio_request_duration_milliseconds"))).isEmpty();
    for (String other : List.of("_count", "_sum", "_total")) {
      assertThat(problems(histogram("istio_request_duration_milliseconds" + other)))
          .singleElement()
          .asString()
          .contains("end in _bucket", "plain name");
    }
  }

  private static final MetricProvider WEBHOOK =
      new MetricProvider(new MetricProvider.Webhook("https://numbers/x"), null);
  private static final MetricProvider GRAPHITE =
      new MetricProvider(null, new MetricProvider.Graphite("http://graphite"));

  private static Metric provided(
      Ratio ratio, String query, AnalysisMode mode, MetricProvider provider) {
    return new Metric(
        "m",
        ratio,
        null,
        null,
        null,
        null,
        null,
        query,
        query == null ? null : new Range(1.0, null),
        0,
        true,
        mode,
        null,
        null,
        null,
        provider);
  }

  @Test
  void provider_takesWordsOfItsOwn() {
    assertThat(problems(provided(new Ratio("refused", "tried"), null, null, WEBHOOK))).isEmpty();
    assertThat(problems(provided(null, "pods.{{candidate.pods}}.cpu", null, GRAPHITE))).isEmpty();
    assertThat(problems(provided(null, "pods.{{pods}}.cpu", null, GRAPHITE)))
        .singleElement()
        .asString()
        .contains("unknown placeholder");
  }

  @Test
  void providerThatCannotAnswer_isNamed() {
    assertThat(problems(provided(new Ratio("refused", "tried"), null, null, GRAPHITE)))
        .singleElement()
        .asString()
        .contains("graphite the last two");
    assertThat(problems(provided(null, "x", AnalysisMode.flagger, WEBHOOK)))
        .singleElement()
        .asString()
        .contains("remove mode");
    assertThat(problems(provided(null, "x", null, new MetricProvider(null, null))))
        .singleElement()
        .asString()
        .contains("exactly one of webhook and graphite");
    for (String url : List.of("ftp://numbers", "https://me:s3cret@numbers", "numbers", "http://")) {
      assertThat(
              problems(
                  provided(
                      null, "x", null, new MetricProvider(new MetricProvider.Webhook(url), null))))
          .as(url)
          .singleElement()
          .asString()
          .contains("url");
    }
  }

  @Test
  void sameNameTwice_isNamed() {
    assertThat(problems(ratio(GOOD, null, null), ratio(GOOD, null, null)))
        .singleElement()
        .asString()
        .contains("twice");
  }
}
