package dev.palinode.controller.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.controller.ports.WorkloadKey;
import dev.palinode.crds.ObjectName;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplicaSetManifestTest {
  private static final WorkloadKey KEY =
      new WorkloadKey(new ObjectName("shop", "web"), "canary-uid", "web");

  @Test
  void candidate_isTheTemplateWordForWordAndTheHash() {
    Live deployment = deployment("web", "");
    Live candidate = live(ReplicaSetManifest.candidate(deployment, KEY));
    String hash = TemplateDigest.hash(deployment.templateDigest());

    assertThat(candidate.name()).isEqualTo("web-" + hash);
    assertThat(candidate.templateDigest()).isEqualTo(deployment.templateDigest());
    assertThat(candidate.map("spec", "template", "metadata", "labels"))
        .containsEntry("pod-template-hash", hash)
        .containsEntry("app", "web");
    assertThat(candidate.map("spec", "selector", "matchLabels"))
        .isEqualTo(Map.of("app", "web", "pod-template-hash", hash));
    assertThat(candidate.replicas()).isZero();
    assertThat(candidate.number(0, "spec", "minReadySeconds")).isEqualTo(7);
    assertThat(candidate.object().<Object>get("spec", "template", "spec", "unknownToAnyModel"))
        .isEqualTo(Map.of("kept", true));
    assertThat(candidate.labels()).containsEntry("palinode.dev/canary", "web");
    assertThat(candidate.isControlledBy("canary-uid")).isTrue();
    assertThat(candidate.controller().orElseThrow().getBlockOwnerDeletion()).isNull();
  }

  @Test
  void first_isTheDeploymentsOwnWithAllReplicas() {
    Live deployment = deployment("web", "");
    Live first = live(ReplicaSetManifest.bootstrap(deployment));

    assertThat(first.replicas()).isEqualTo(10);
    assertThat(first.isControlledBy("u1")).isTrue();
    assertThat(first.controller().orElseThrow().getBlockOwnerDeletion()).isNull();
    assertThat(first.labels()).doesNotContainKey("palinode.dev/canary");
    assertThat(first.annotations())
        .containsEntry("deployment.kubernetes.io/desired-replicas", "10")
        .containsEntry("deployment.kubernetes.io/max-replicas", "13");
  }

  @ParameterizedTest(name = "{0} of {1} is {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {type: RollingUpdate}                                  | 10 | 3
          {type: RollingUpdate, rollingUpdate: {maxSurge: 25%}}  | 1  | 1
          {type: RollingUpdate, rollingUpdate: {maxSurge: 25%}}  | 0  | 0
          {type: RollingUpdate, rollingUpdate: {maxSurge: 100%}} | 10 | 10
          {type: RollingUpdate, rollingUpdate: {maxSurge: 2}}    | 10 | 2
          {type: RollingUpdate, rollingUpdate: {maxSurge: 0}}    | 10 | 0
          {type: Recreate}                                       | 10 | 0
          """)
  void surge_isTheDeploymentControllers(String strategy, int replicas, int surge) {
    assertThat(ReplicaSetManifest.surge(deployment("web", "  strategy: " + strategy), replicas))
        .isEqualTo(surge);
  }

  @Test
  void longDeploymentName_isCutToALegalOne() {
    String name = ReplicaSetManifest.name("a".repeat(240) + ".-" + "b".repeat(11), "0123456789");

    assertThat(name).isEqualTo("a".repeat(240) + "-0123456789");
    assertThat(ReplicaSetManifest.name("a".repeat(253), "0123456789")).hasSize(253);
  }

  @Test
  void longCanaryName_isALegalLabelAndStaysApart() {
    String one = LabelValue.of("a".repeat(253));
    String two = LabelValue.of("a".repeat(252));

    assertThat(one).hasSize(63).matches("[a-z0-9]([a-z0-9-]*[a-z0-9])");
    assertThat(one).isNotEqualTo(two);
    assertThat(LabelValue.of("a".repeat(63))).isEqualTo("a".repeat(63));
  }

  private static Live live(Map<String, Object> manifest) {
    return new Live(
        Serialization.unmarshal(Serialization.asJson(manifest), GenericKubernetesResource.class));
  }

  private static Live deployment(String name, String strategy) {
    return new Live(
        Serialization.unmarshal(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: %s, namespace: shop, uid: u1}
            spec:
              replicas: 10
              minReadySeconds: 7
            %s
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: web, image: 'web:1'}], unknownToAnyModel: {kept: true}}
            """
                .formatted(name, strategy),
            GenericKubernetesResource.class));
  }
}
