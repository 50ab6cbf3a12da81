package dev.palinode.controller.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Revert;
import dev.palinode.crds.RevertStatus;
import dev.palinode.crds.RevertStatus.Phase;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class OldRevertsTest {
  private static final Set<Phase> ENDED = Set.of(Phase.Observed, Phase.Superseded, Phase.Failed);

  KubernetesClient client;
  KubernetesMockServer server;

  private Instant now = Instant.now();

  @BeforeEach
  void fill() {
    server.expectCustomResource(
        new CustomResourceDefinitionContext.Builder()
            .withGroup("palinode.dev")
            .withVersion("v1alpha1")
            .withKind("Revert")
            .withPlural("reverts")
            .withScope("Namespaced")
            .withStatusSubresource(true)
            .build());
    for (Phase phase : Phase.values()) {
      Revert revert = new Revert();
      revert.setMetadata(
          new ObjectMetaBuilder()
              .withNamespace("shop")
              .withName(phase.name().toLowerCase(Locale.ROOT))
              .build());
      Revert created = client.resource(revert).create();
      created.setStatus(new RevertStatus(phase, null, null, null, null, 1, null, List.of()));
      client.resource(created).updateStatus();
    }
  }

  @Test
  void endedForThirtyDays_isRemovedAndTheOpenOnesStay() {
    now = now.plus(Duration.ofDays(31));

    reverts(List.of()).remove();

    assertThat(left()).isNotEmpty().doesNotContainAnyElementsOf(ENDED);
    assertThat(left()).hasSize(Phase.values().length - ENDED.size());
  }

  @Test
  void youngerOnes_stay() {
    now = now.plus(Duration.ofDays(29));

    reverts(List.of("shop")).remove();

    assertThat(left()).hasSize(Phase.values().length);
  }

  @Test
  void otherNamespaces_areNotTouched() {
    now = now.plus(Duration.ofDays(31));

    reverts(List.of("elsewhere")).remove();

    assertThat(left()).hasSize(Phase.values().length);
  }

  private OldReverts reverts(List<String> namespaces) {
    return new OldReverts(client, namespaces, (InstantSource) () -> now);
  }

  private List<Phase> left() {
    return client.resources(Revert.class).inNamespace("shop").list().getItems().stream()
        .map(r -> r.getStatus().phase())
        .toList();
  }
}
