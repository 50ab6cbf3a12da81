package dev.palinode.controller.gitops;

import static dev.palinode.controller.gitops.Trace.untraceable;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;

/** Follows the agent's mark on an object to the place in git that declares it. */
public final class Origins {
  private final FluxOrigin flux;
  private final ArgoOrigin argo;

  /**
   * @param argoNamespace the namespace that Argo CD runs in
   */
  public Origins(KubernetesClient client, String argoNamespace) {
    flux = new FluxOrigin(client);
    argo = new ArgoOrigin(client, argoNamespace);
  }

  public Trace trace(GenericKubernetesResource object) {
    return AgentMark.on(object)
        .map(this::follow)
        .orElseGet(() -> untraceable("it carries no mark of Flux or Argo CD"));
  }

  private Trace follow(AgentMark mark) {
    return switch (mark) {
      case AgentMark.Kustomization k -> flux.trace(k);
      case AgentMark.Application a -> argo.trace(a);
      case AgentMark.HelmRelease h ->
          untraceable(
              "HelmRelease "
                  + h.namespace()
                  + "/"
                  + h.name()
                  + " renders it from a chart, so no file in git holds it as it is");
    };
  }
}
