package dev.palinode.controller.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.controller.decide.Target;
import dev.palinode.controller.decide.Target.Agent;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetReadingTest {
  private static final String FLUX = "kustomize.toolkit.fluxcd.io/name: apps";
  private static final String TEMPLATE = "{'f:spec': {'f:template': {}}}";

  @Test
  void deployment_isReadWithTheServersDefaults() {
    Target target = TargetReading.of(deployment("", ""));

    assertThat(target.uid()).isEqualTo("u1");
    assertThat(target.generation()).isEqualTo(3);
    assertThat(target.image()).isEqualTo("web:1");
    assertThat(target.images())
        .containsOnly(
            java.util.Map.entry("web", "web:1"),
            java.util.Map.entry("side", "side:2"),
            java.util.Map.entry("init", "init:3"));
    assertThat(target.podLabels()).containsOnlyKeys("app");
    assertThat(target.replicas()).isEqualTo(1);
    assertThat(target.paused()).isFalse();
    assertThat(target.holdLabel()).isEmpty();
    assertThat(target.agent()).isEmpty();
    assertThat(target.templateByAgent()).isTrue();
  }

  @Test
  void heldDeployment_showsItsLabelAndPause() {
    GenericKubernetesResource held = deployment("palinode.dev/hold: declared", "");
    held.setAdditionalProperty(
        "spec",
        java.util.Map.of("paused", true, "replicas", 4, "template", new Live(held).template()));
    Target target = TargetReading.of(held);

    assertThat(target.paused()).isTrue();
    assertThat(target.replicas()).isEqualTo(4);
    assertThat(target.holdLabel()).contains("declared");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          agent alone                | kustomize-controller 09:00, palinode-like 10:00 {'f:spec': {'f:replicas': {}}} | true
          edited since               | kustomize-controller 09:00, kubectl-edit 10:00 T        | false
          applied since              | kubectl-edit 09:00 T, kustomize-controller 10:00        | true
          edited in the same second  | kustomize-controller 09:00, kubectl-edit 09:00 T        | false
          only a stranger            | kubectl-edit 09:00 T                                    | false
          nothing told               |                                                         | true
          """)
  void templatesLastWriter_isToldByManagedFields(String what, String entries, boolean byAgent) {
    Target target = TargetReading.of(deployment(FLUX, entries));

    assertThat(target.agent()).contains(Agent.Flux);
    assertThat(target.templateByAgent()).as(what).isEqualTo(byAgent);
  }

  @Test
  void statusWrites_areNobodysTemplate() {
    GenericKubernetesResource d = deployment(FLUX, "kube-controller-manager 10:00 T");
    d.getMetadata().getManagedFields().getFirst().setSubresource("status");

    assertThat(TargetReading.of(d).templateByAgent()).isTrue();
  }

  @Test
  void withoutAnAgent_anyWriterCounts() {
    assertThat(TargetReading.of(deployment("", "kubectl-edit 10:00 T")).templateByAgent()).isTrue();
  }

  /** Entries as {@code manager time [fields]}; the template itself when none or T is told. */
  private static GenericKubernetesResource deployment(String label, String entries) {
    StringBuilder managed = new StringBuilder();
    for (String entry :
        entries == null || entries.isBlank() ? new String[0] : entries.split(", ")) {
      String[] part = entry.strip().split(" ", 3);
      String fields = part.length < 3 || part[2].strip().equals("T") ? TEMPLATE : part[2];
      managed.append(
          "  - {manager: %s, operation: Update, apiVersion: apps/v1, time: '2026-01-01T%s:00Z', fieldsV1: %s}%n"
              .formatted(part[0], part[1], fields));
    }
    return Serialization.unmarshal(
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
          namespace: shop
          uid: u1
          generation: 3
          labels: {%s}
        %s
        spec:
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{name: web, image: 'web:1'}, {name: side, image: 'side:2'}]
              initContainers: [{name: init, image: 'init:3'}]
        """
            .formatted(label, managed.isEmpty() ? "" : "  managedFields:\n" + managed),
        GenericKubernetesResource.class);
  }
}
