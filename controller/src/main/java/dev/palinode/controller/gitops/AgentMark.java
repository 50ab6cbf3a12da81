package dev.palinode.controller.gitops;

import dev.palinode.controller.decide.Target.Agent;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a GitOps agent writes onto the objects it applies: which of its own objects did it. */
public sealed interface AgentMark {

  /** Applied by Flux from a Kustomization. */
  record Kustomization(String namespace, String name) implements AgentMark {}

  /** Rendered by Flux from a Helm chart. */
  record HelmRelease(String namespace, String name) implements AgentMark {}

  /**
   * Applied by Argo CD.
   *
   * @param namespace of the Application; empty for the one that Argo CD runs in
   */
  record Application(Optional<String> namespace, String name) implements AgentMark {}

  String KUSTOMIZE = "kustomize.toolkit.fluxcd.io";
  String HELM = "helm.toolkit.fluxcd.io";
  String TRACKING_ID = "argocd.argoproj.io/tracking-id";

  /** {@code app:group/kind:namespace/name}. */
  Pattern TRACKED = Pattern.compile("([^:]+):([^:/]*)/([^:/]+):([^:/]*)/([^:/]+)");

  /** The mark on this object, if any; Kustomizations win, being the outermost. */
  static Optional<AgentMark> on(GenericKubernetesResource object) {
    ObjectMeta meta = object.getMetadata();
    Map<String, String> labels = Objects.requireNonNullElse(meta.getLabels(), Map.of());
    String namespace = Objects.requireNonNullElse(meta.getNamespace(), "");
    if (labels.containsKey(KUSTOMIZE + "/name")) {
      return Optional.of(
          new Kustomization(
              labels.getOrDefault(KUSTOMIZE + "/namespace", namespace),
              labels.getOrDefault(KUSTOMIZE + "/name", "")));
    }
    if (labels.containsKey(HELM + "/name")) {
      return Optional.of(
          new HelmRelease(
              labels.getOrDefault(HELM + "/namespace", namespace),
              labels.getOrDefault(HELM + "/name", "")));
    }
    return Optional.ofNullable(meta.getAnnotations())
        .map(a -> a.get(TRACKING_ID))
        .flatMap(id -> application(id, object));
  }

  default Agent agent() {
    return switch (this) {
      case Kustomization _, HelmRelease _ -> Agent.Flux;
      case Application _ -> Agent.ArgoCD;
    };
  }

  /** The field managers by which this agent writes. */
  default Set<String> managers() {
    return switch (this) {
      case Kustomization _ -> Set.of("kustomize-controller");
      case HelmRelease _ -> Set.of("helm-controller", "kustomize-controller");
      case Application _ -> Set.of("argocd-controller", "argocd-application-controller");
    };
  }

  /** A copied annotation names another object: then it tells nothing about this one. */
  private static Optional<AgentMark> application(String id, GenericKubernetesResource object) {
    Matcher m = TRACKED.matcher(id);
    if (!m.matches()) {
      return Optional.empty();
    }
    String version = Objects.requireNonNullElse(object.getApiVersion(), "");
    String group = version.contains("/") ? version.substring(0, version.indexOf('/')) : "";
    boolean itself =
        m.group(2).equals(group)
            && m.group(3).equals(object.getKind())
            && m.group(4).equals(object.getMetadata().getNamespace())
            && m.group(5).equals(object.getMetadata().getName());
    if (!itself) {
      return Optional.empty();
    }
    // Outside Argo CD's own namespace the name is <namespace>_<application>.
    String app = m.group(1);
    int split = app.indexOf('_');
    return Optional.of(
        split < 0
            ? new Application(Optional.empty(), app)
            : new Application(Optional.of(app.substring(0, split)), app.substring(split + 1)));
  }
}
