package dev.palinode.controller.writer;

import dev.palinode.controller.kube.ApiFailure;
import dev.palinode.crds.Conditions;
import dev.palinode.crds.GitTarget;
import dev.palinode.crds.GitTargetStatus;
import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.Repository;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The GitTargets of the writer's own namespaces, and what they last said about themselves. */
final class GitTargets {
  private final KubernetesClient home;
  private final List<String> namespaces;

  GitTargets(KubernetesClient home, List<String> namespaces) {
    this.home = home;
    this.namespaces = List.copyOf(namespaces);
  }

  /** Those that mean the same branch of the same repository, however they spell it. */
  Observed<List<GitTarget>> of(Repository wanted) {
    return switch (all()) {
      case Observed.Known<List<GitTarget>>(var found) ->
          Observed.known(found.stream().filter(target -> means(target, wanted)).toList());
      case Observed.Missing<List<GitTarget>> missing -> missing;
      case Observed.Unreadable<List<GitTarget>> unreadable -> unreadable;
    };
  }

  Observed<List<GitTarget>> all() {
    try {
      List<GitTarget> found = new ArrayList<>();
      for (String namespace : namespaces) {
        found.addAll(home.resources(GitTarget.class).inNamespace(namespace).list().getItems());
      }
      return Observed.known(found);
    } catch (KubernetesClientException e) {
      return Observed.unreadable("GitTargets cannot be read: " + ApiFailure.reason(e));
    }
  }

  private static boolean means(GitTarget target, Repository wanted) {
    Repository own = new Repository(target.getSpec().url(), target.getSpec().branch());
    return own.branch().equals(wanted.branch()) && own.canonicalUrl().equals(wanted.canonicalUrl());
  }

  /** Says on the GitTarget whether it can be used; an unchanged answer writes nothing. */
  void tell(GitTarget target, boolean ready, String reason, String message, Instant now) {
    GitTargetStatus was =
        Optional.ofNullable(target.getStatus()).orElse(new GitTargetStatus(null, List.of()));
    long generation = Optional.ofNullable(target.getMetadata().getGeneration()).orElse(0L);
    List<Condition> conditions =
        Conditions.set(
            was.conditions(),
            Conditions.of(Conditions.READY, ready, reason, message, generation),
            now);
    GitTargetStatus next = new GitTargetStatus(generation, conditions);
    if (next.equals(was)) {
      return;
    }
    target.setStatus(next);
    try {
      home.resource(target).updateStatus();
    } catch (KubernetesClientException e) {
      // The next write says it again; the Revert's own status tells people meanwhile.
      RevertReconciler.log.debug(
          "Cannot write the status of a GitTarget: {}", ApiFailure.reason(e));
    }
  }
}
