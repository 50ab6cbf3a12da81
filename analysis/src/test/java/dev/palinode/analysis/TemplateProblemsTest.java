package dev.palinode.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.AnalysisTemplateSpec;
import dev.palinode.crds.AnalysisTemplateSpec.Margin;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Range;
import dev.palinode.crds.AnalysisTemplateSpec.Ratio;
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
  void sameNameTwice_isNamed() {
    assertThat(problems(ratio(GOOD, null, null), ratio(GOOD, null, null)))
        .singleElement()
        .asString()
        .contains("twice");
  }
}
