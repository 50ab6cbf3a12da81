package dev.palinode.controller.gitops;

import static dev.palinode.controller.gitops.Trace.untraceable;

import dev.palinode.controller.decide.Origin;
import dev.palinode.crds.CanarySpec.Source;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * From Argo CD's Application to the place in git: what the last sync tried, and what the last good
 * one applied. With several sources the one that holds manifests counts, if it is the only one.
 */
final class ArgoOrigin {
  static final ResourceDefinitionContext APPLICATIONS =
      new ResourceDefinitionContext.Builder()
          .withGroup("argoproj.io")
          .withVersion("v1alpha1")
          .withKind("Application")
          .withPlural("applications")
          .withNamespaced(true)
          .build();

  private final KubernetesClient client;
  private final String home;

  /**
   * @param home the namespace that Argo CD runs in
   */
  ArgoOrigin(KubernetesClient client, String home) {
    this.client = client;
    this.home = home;
  }

  Trace trace(AgentMark.Application mark) {
    String namespace = mark.namespace().orElse(home);
    GenericKubernetesResource application =
        client
            .genericKubernetesResources(APPLICATIONS)
            .inNamespace(namespace)
            .withName(mark.name())
            .get();
    return application == null
        ? untraceable("Application " + namespace + "/" + mark.name() + " is not in this cluster")
        : read(application);
  }

  /** The place and the revisions, from the Application alone. */
  static Trace read(GenericKubernetesResource application) {
    String who = "Application " + application.getMetadata().getName();
    if (application.get("spec", "sourceHydrator") instanceof Map<?, ?> hydrator) {
      return hydrated(application, who, hydrator);
    }
    List<?> several = application.get("spec", "sources") instanceof List<?> l ? l : List.of();
    boolean single = several.isEmpty();
    List<Object> sources = new ArrayList<>(several);
    if (single && application.get("spec", "source") instanceof Map<?, ?> only) {
      sources.add(only);
    }
    List<Integer> fromGit = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      if (sources.get(i) instanceof Map<?, ?> source && holdsManifests(source)) {
        fromGit.add(i);
      }
    }
    if (fromGit.size() != 1) {
      return untraceable(who + " has " + fromGit.size() + " sources in git that hold manifests");
    }
    int at = fromGit.getFirst();
    Map<?, ?> source = (Map<?, ?>) sources.get(at);
    String branch = text(source.get("targetRevision")).orElse("HEAD");
    if (branch.equals("HEAD") || GitPlace.commit(branch).isPresent()) {
      return untraceable(who + " follows " + branch + ", which names no branch");
    }
    Object history = application.get("status", "history");
    Object last = history instanceof List<?> l && !l.isEmpty() ? l.getLast() : null;
    return new Trace.Found(
        new Origin(
            new Source(
                text(source.get("repoURL")).orElse(""),
                GitPlace.branch(branch).orElse(branch),
                GitPlace.path(text(source.get("path")).orElse(""))),
            revision(application.get("status", "operationState", "syncResult"), single, at),
            revision(last, single, at)));
  }

  /**
   * The branch that is synced is overwritten by the next hydration, so what counts is the one that
   * people write to. Which of its commits a hydrated one was made of is told for the newest two; a
   * promotion in between makes commits that nobody tells about.
   */
  private static Trace hydrated(
      GenericKubernetesResource application, String who, Map<?, ?> hydrator) {
    if (hydrator.get("hydrateTo") != null) {
      return untraceable(
          who + " is promoted from another branch: nobody tells which commit was made of which");
    }
    if (!(hydrator.get("drySource") instanceof Map<?, ?> dry) || !holdsManifests(dry)) {
      return untraceable(who + " is hydrated from no folder in git");
    }
    String branch = text(dry.get("targetRevision")).orElse("HEAD");
    if (branch.equals("HEAD") || GitPlace.commit(branch).isPresent()) {
      return untraceable(who + " is hydrated from " + branch + ", which names no branch");
    }
    Object history = application.get("status", "history");
    Object last = history instanceof List<?> l && !l.isEmpty() ? l.getLast() : null;
    return new Trace.Found(
        new Origin(
            new Source(
                text(dry.get("repoURL")).orElse(""),
                GitPlace.branch(branch).orElse(branch),
                GitPlace.path(text(dry.get("path")).orElse(""))),
            revision(application.get("status", "operationState", "syncResult"), true, 0)
                .flatMap(sha -> madeOf(application, sha)),
            revision(last, true, 0).flatMap(sha -> madeOf(application, sha))));
  }

  private static Optional<String> madeOf(GenericKubernetesResource application, String hydrated) {
    return Stream.of("currentOperation", "lastSuccessfulOperation")
        .map(o -> (Object) application.get("status", "sourceHydrator", o))
        .flatMap(o -> o instanceof Map<?, ?> operation ? Stream.of(operation) : Stream.empty())
        .filter(o -> hydrated.equals(o.get("hydratedSHA")))
        .flatMap(o -> text(o.get("drySHA")).flatMap(GitPlace::commit).stream())
        .findFirst();
  }

  private static boolean holdsManifests(Map<?, ?> source) {
    return text(source.get("chart")).isEmpty()
        && text(source.get("repoURL")).isPresent()
        && text(source.get("path")).isPresent();
  }

  private static Optional<String> revision(@Nullable Object result, boolean single, int at) {
    if (!(result instanceof Map<?, ?> sync)) {
      return Optional.empty();
    }
    Object revision =
        single
            ? sync.get("revision")
            : sync.get("revisions") instanceof List<?> all && at < all.size() ? all.get(at) : null;
    return text(revision).flatMap(GitPlace::commit);
  }

  private static Optional<String> text(@Nullable Object value) {
    return value instanceof String s && !s.isEmpty() ? Optional.of(s) : Optional.empty();
  }
}
