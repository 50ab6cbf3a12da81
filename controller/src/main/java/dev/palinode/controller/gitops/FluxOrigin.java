package dev.palinode.controller.gitops;

import static dev.palinode.controller.gitops.Trace.untraceable;

import dev.palinode.controller.decide.Origin;
import dev.palinode.crds.CanarySpec.Source;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Map;
import java.util.Optional;

/**
 * From Flux's Kustomization to the place in git. The attempted revision is what is live even when
 * health failed; the applied one stays on the last that became healthy.
 */
final class FluxOrigin {
  static final ResourceDefinitionContext KUSTOMIZATIONS =
      new ResourceDefinitionContext.Builder()
          .withGroup("kustomize.toolkit.fluxcd.io")
          .withVersion("v1")
          .withKind("Kustomization")
          .withPlural("kustomizations")
          .withNamespaced(true)
          .build();
  static final ResourceDefinitionContext GIT_REPOSITORIES =
      new ResourceDefinitionContext.Builder()
          .withGroup("source.toolkit.fluxcd.io")
          .withVersion("v1")
          .withKind("GitRepository")
          .withPlural("gitrepositories")
          .withNamespaced(true)
          .build();

  /** What Flux checks out when no reference is named. */
  private static final String DEFAULT_BRANCH = "master";

  private final KubernetesClient client;

  FluxOrigin(KubernetesClient client) {
    this.client = client;
  }

  Trace trace(AgentMark.Kustomization mark) {
    GenericKubernetesResource kustomization =
        get(KUSTOMIZATIONS, mark.namespace(), mark.name()).orElse(null);
    String who = "Kustomization " + mark.namespace() + "/" + mark.name();
    if (kustomization == null) {
      return untraceable(who + " is not in this cluster");
    }
    String kind = text(kustomization, "spec", "sourceRef", "kind").orElse("");
    String name = text(kustomization, "spec", "sourceRef", "name").orElse("");
    String namespace =
        text(kustomization, "spec", "sourceRef", "namespace").orElse(mark.namespace());
    if (!kind.equals("GitRepository")) {
      return untraceable(who + " takes its manifests from a " + kind + ", not from git");
    }
    return get(GIT_REPOSITORIES, namespace, name)
        .map(repository -> read(kustomization, repository))
        .orElseGet(() -> untraceable("GitRepository " + namespace + "/" + name + " is gone"));
  }

  /** The place and the revisions, from the two objects alone. */
  static Trace read(GenericKubernetesResource kustomization, GenericKubernetesResource repository) {
    String who =
        "GitRepository "
            + repository.getMetadata().getNamespace()
            + "/"
            + repository.getMetadata().getName();
    Optional<String> url = text(repository, "spec", "url");
    if (url.isEmpty()) {
      return untraceable(who + " has no url");
    }
    Map<String, Object> ref = repository.get("spec", "ref");
    Optional<String> branch = branch(ref == null ? Map.of() : ref);
    if (branch.isEmpty()) {
      return untraceable(who + " follows a tag or a fixed commit, so no branch can be put right");
    }
    String path = GitPlace.path(text(kustomization, "spec", "path").orElse(""));
    return new Trace.Found(
        new Origin(
            new Source(url.get(), branch.get(), path),
            text(kustomization, "status", "lastAttemptedRevision").flatMap(GitPlace::commit),
            text(kustomization, "status", "lastAppliedRevision").flatMap(GitPlace::commit)));
  }

  /** In Flux's own order of precedence: name, commit, semver, tag, branch. */
  private static Optional<String> branch(Map<String, Object> ref) {
    if (ref.get("name") instanceof String name && !name.isEmpty()) {
      return GitPlace.branch(name);
    }
    for (String fixed : new String[] {"commit", "semver", "tag"}) {
      if (ref.get(fixed) instanceof String value && !value.isEmpty()) {
        return Optional.empty();
      }
    }
    return Optional.of(
        ref.get("branch") instanceof String branch && !branch.isEmpty() ? branch : DEFAULT_BRANCH);
  }

  private Optional<GenericKubernetesResource> get(
      ResourceDefinitionContext kind, String namespace, String name) {
    return Optional.ofNullable(
        client.genericKubernetesResources(kind).inNamespace(namespace).withName(name).get());
  }

  private static Optional<String> text(GenericKubernetesResource object, Object... path) {
    return object.get(path) instanceof String s && !s.isEmpty() ? Optional.of(s) : Optional.empty();
  }
}
