package dev.palinode.crds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundTripTest {
  @Test
  void everyKind_isTheSameAfterAWriteAndARead() {
    for (Class<? extends CustomResource<?, ?>> kind : CrdYaml.KINDS) {
      CustomResource<?, ?> object = read(Samples.good(kind.getSimpleName()), kind);
      CustomResource<?, ?> again = Samples.SERIALIZATION.unmarshal(json(object), kind);
      assertThat(again.getSpec()).isEqualTo(object.getSpec());
      assertThat(json(again)).isEqualTo(json(object));
    }
  }

  @Test
  void everyKind_toleratesFieldsOfALaterVersion() {
    for (Class<? extends CustomResource<?, ?>> kind : CrdYaml.KINDS) {
      JsonNode later = Samples.good(kind.getSimpleName());
      addUnknownEverywhere(later.path("spec"));
      assertThat(read(later, kind).getSpec())
          .isEqualTo(read(Samples.good(kind.getSimpleName()), kind).getSpec());
    }
  }

  @Test
  void smallestCanary_readsAsTheDefaultsOfTheContract() {
    CanarySpec spec =
        Samples.SERIALIZATION
            .unmarshal(
                """
                apiVersion: palinode.dev/v1alpha1
                kind: Canary
                metadata: {name: checkout}
                spec:
                  targetRef: {name: checkout}
                  traffic: {istio: {virtualServices: [{name: checkout}]}}
                """,
                Canary.class)
            .getSpec();
    assertThat(spec.targetRef().kind()).isEqualTo("Deployment");
    assertThat(spec.hold()).isEqualTo(CanarySpec.Hold.Auto);
    assertThat(spec.traffic().istio().mode()).isEqualTo(CanarySpec.RouteMode.InPlace);
    assertThat(spec.traffic().istio().virtualServices().getFirst().routes()).isEmpty();
    assertThat(spec.steps()).isEqualTo(CanarySpec.DEFAULT_STEPS);
    assertThat(List.of(spec.bake(), spec.watch(), spec.readyDeadline(), spec.deadline()))
        .hasToString("[2m, 10m, 10m, 6h]");
    assertThat(spec.analysis().templates()).containsExactly(new CanarySpec.TemplateRef("http"));
    assertThat(spec.analysis().alpha()).isEqualTo(0.01);
    assertThat(spec.analysis().onInconclusive()).isEqualTo(CanarySpec.OnInconclusive.Hold);
    assertThat(spec.analysis().maxHold()).hasToString("30m");
    assertThat(spec.onFailure().git()).isEqualTo(CanarySpec.GitMode.Commit);
    assertThat(spec.onFailure().order()).isEqualTo(CanarySpec.Order.TrafficFirst);
    assertThat(spec.onFailure().gitFirstTimeout()).hasToString("5s");
    assertThat(spec.paused()).isFalse();
    assertThat(spec.declaredSource()).isEmpty();
  }

  @Test
  void smallestGitTarget_allowsNothing() {
    GitTargetSpec spec =
        Samples.SERIALIZATION.unmarshal("url: x\nbranch: main\n", GitTargetSpec.class);
    assertThat(spec.grants()).isEmpty();
    assertThat(spec.budget().pushesPerMinute()).isEqualTo(6);
    assertThat(spec.maxAge()).hasToString("720h");
    assertThat(spec.author().name()).isEqualTo("Palinode");
  }

  @Test
  void smallestMetric_isCriticalAndForgivesNothing() {
    AnalysisTemplateSpec spec =
        Samples.SERIALIZATION.unmarshal(
            "metrics: [{name: a, query: up, range: {min: 1}}]\n", AnalysisTemplateSpec.class);
    assertThat(spec.metrics().getFirst().critical()).isTrue();
    assertThat(spec.metrics().getFirst().failureLimit()).isZero();
  }

  @Test
  void smallestModes_haveTheDefaultsOfTheirTools() {
    List<AnalysisTemplateSpec.Metric> metrics =
        Samples.SERIALIZATION
            .unmarshal(
                """
                metrics:
                - {name: f, mode: flagger, query: up, range: {min: 1}, flagger: {}}
                - {name: a, mode: argo, query: up, argo: {successCondition: "true"}}
                - {name: k, mode: kayenta, gauge: up, baseline: up, kayenta: {}}
                """,
                AnalysisTemplateSpec.class)
            .metrics();
    assertThat(metrics)
        .extracting(AnalysisTemplateSpec.Metric::mode)
        .containsExactly(AnalysisMode.flagger, AnalysisMode.argo, AnalysisMode.kayenta);
    assertThat(metrics.get(0).flagger()).isEqualTo(AnalysisMode.Flagger.DEFAULT);
    assertThat(metrics.get(1).argo())
        .isEqualTo(new AnalysisMode.Argo("true", null, null, null, null, 0, 0, 4, 0));
    assertThat(metrics.get(2).kayenta()).isEqualTo(AnalysisMode.Kayenta.DEFAULT);
    assertThat(AnalysisMode.Kayenta.DEFAULT)
        .hasToString(
            "Kayenta[direction=either, nanStrategy=remove, mustHaveData=false,"
                + " allowedIncrease=1.0, allowedDecrease=1.0, beginAfter=0s, analysisInterval=5m,"
                + " lookback=0s, step=1m]");
  }

  @Test
  void appInTheRoot_keepsItsEmptyPath() {
    String json =
        Samples.SERIALIZATION.asJson(new CanarySpec.Source("https://g/x.git", "main", ""));
    assertThat(json).contains("\"path\":\"\"").doesNotContain("files");
    assertThat(Samples.SERIALIZATION.unmarshal(json, CanarySpec.Source.class).path()).isEmpty();
  }

  /** The same text in and out: nothing is lost, renamed or written in another form. */
  @Test
  void canaryStatus_isTheSameTextAfterARead() {
    JsonNode text = Samples.file("canary-status.yaml");
    CanaryStatus status = Samples.SERIALIZATION.convertValue(text, CanaryStatus.class);
    assertThat(Samples.SERIALIZATION.unmarshal(json(status), JsonNode.class)).isEqualTo(text);
    assertThat(text.properties())
        .as("the sample names every field")
        .hasSize(CanaryStatus.class.getRecordComponents().length);
  }

  @Test
  void newStatuses_areEmptyObjects() {
    assertThat(Samples.SERIALIZATION.unmarshal("{}", CanaryStatus.class))
        .isEqualTo(CanaryStatus.NEW);
    assertThat(Samples.SERIALIZATION.unmarshal("{}", RevertStatus.class))
        .isEqualTo(RevertStatus.NEW);
    assertThat(RevertStatus.NEW.phaseOrPending().isSettled()).isFalse();
  }

  private static <T extends CustomResource<?, ?>> T read(JsonNode document, Class<T> kind) {
    return Samples.SERIALIZATION.convertValue(document, kind);
  }

  private static String json(Object object) {
    return Samples.SERIALIZATION.asJson(object);
  }

  /** Maps of the user's own keys are left alone: there a new key is data. */
  private static void addUnknownEverywhere(JsonNode node) {
    for (JsonNode child : node) {
      addUnknownEverywhere(child);
    }
    if (node instanceof ObjectNode object && !object.has("checkout")) {
      object.set("later", object.at(JsonPointer.empty()).deepCopy());
    }
  }
}
