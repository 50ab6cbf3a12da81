package dev.palinode.controller.gitops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.controller.decide.Target.Agent;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentMarkTest {
  @Test
  void fluxLabels_nameTheKustomization() {
    var object =
        marked(
            "labels: {kustomize.toolkit.fluxcd.io/name: apps,"
                + " kustomize.toolkit.fluxcd.io/namespace: flux-system}");

    assertThat(AgentMark.on(object)).contains(new AgentMark.Kustomization("flux-system", "apps"));
    assertThat(AgentMark.on(object).map(AgentMark::agent)).contains(Agent.Flux);
  }

  @Test
  void helmLabels_nameTheRelease() {
    assertThat(AgentMark.on(marked("labels: {helm.toolkit.fluxcd.io/name: web}")))
        .contains(new AgentMark.HelmRelease("shop", "web"));
  }

  @Test
  void trackingIdOfTheObjectItself_namesTheApplication() {
    assertThat(AgentMark.on(tracked("web-app:apps/Deployment:shop/web")))
        .contains(new AgentMark.Application(Optional.empty(), "web-app"));
    assertThat(AgentMark.on(tracked("team_web-app:apps/Deployment:shop/web")))
        .contains(new AgentMark.Application(Optional.of("team"), "web-app"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "web-app:apps/Deployment:shop/other",
        "web-app:apps/Deployment:elsewhere/web",
        "web-app:apps/StatefulSet:shop/web",
        "web-app:/Deployment:shop/web",
        "web-app"
      })
  void copiedTrackingId_tellsNothing(String id) {
    assertThat(AgentMark.on(tracked(id))).isEmpty();
  }

  @Test
  void plainObject_hasNoMark() {
    assertThat(AgentMark.on(marked("labels: {app.kubernetes.io/instance: web}"))).isEmpty();
  }

  private static GenericKubernetesResource tracked(String id) {
    return marked("annotations: {argocd.argoproj.io/tracking-id: '" + id + "'}");
  }

  private static GenericKubernetesResource marked(String mark) {
    return Serialization.unmarshal(
        "---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop, %s}}"
            .formatted(mark),
        GenericKubernetesResource.class);
  }
}
