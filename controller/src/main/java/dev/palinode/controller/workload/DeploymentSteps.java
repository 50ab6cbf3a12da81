package dev.palinode.controller.workload;

import static dev.palinode.controller.workload.Cluster.set;
import static dev.palinode.controller.workload.Cluster.test;

import dev.palinode.controller.decide.Effect.HandOver;
import dev.palinode.controller.ports.Outcome;
import dev.palinode.controller.ports.Outcome.Again;
import dev.palinode.controller.ports.WorkloadKey;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What happens to ReplicaSets of the Deployment itself: its first one, the candidate's entry, and
 * the exit of those that lost their traffic.
 */
final class DeploymentSteps {
  private static final int CONFLICT = 409;

  private final Cluster cluster;

  DeploymentSteps(Cluster cluster) {
    this.cluster = cluster;
  }

  Outcome bootstrap(WorkloadKey key, Live deployment, String digest) {
    String namespace = key.canary().namespace();
    Optional<String> change = change(deployment, digest);
    if (change.isPresent()) {
      return new Again(change.get());
    }
    List<Live> owned =
        cluster.replicaSets(namespace, deployment.map("spec", "selector")).stream()
            .filter(r -> r.isControlledBy(deployment.uid()))
            .toList();
    Optional<Live> same = owned.stream().filter(r -> r.templateDigest().equals(digest)).findFirst();
    if (same.isPresent()) {
      return fill(deployment, same.get());
    }
    // Not by what they want: a held Deployment's last ReplicaSet is scaled up again and again.
    Optional<Live> serving =
        owned.stream().filter(r -> r.number(0, "status", "availableReplicas") > 0).findFirst();
    if (serving.isPresent()) {
      return new Again("ReplicaSet " + serving.get().name() + " of the Deployment serves");
    }
    try {
      cluster.createReplicaSet(namespace, ReplicaSetManifest.bootstrap(deployment));
      return Outcome.DONE;
    } catch (KubernetesClientException e) {
      return e.getCode() == CONFLICT ? new Again(Answers.words(e)) : Answers.outcome(e);
    }
  }

  /** One that the Deployment has already, perhaps from before it was scaled to nothing. */
  private Outcome fill(Live deployment, Live same) {
    if (same.replicas() == 0 && deployment.replicas() > 0) {
      cluster.patchReplicaSet(
          same,
          List.of(
              test("/metadata/resourceVersion", same.resourceVersion()),
              set("/spec/replicas", deployment.replicas())));
    }
    return Outcome.DONE;
  }

  /**
   * One patch, decided on what was read within this call. With every pod there and the counts
   * written, the Deployment controller finds its new ReplicaSet complete and takes the old one
   * down.
   */
  Outcome handOver(WorkloadKey key, Live deployment, HandOver effect) {
    String namespace = key.canary().namespace();
    String name =
        ReplicaSetManifest.name(deployment.name(), TemplateDigest.hash(effect.templateDigest()));
    Optional<Live> found = cluster.replicaSet(namespace, name);
    if (found.isEmpty()) {
      return new Again("ReplicaSet " + name + " is not there");
    }
    Live candidate = found.get();
    if (candidate.isControlledBy(deployment.uid())) {
      return Outcome.DONE;
    }
    Optional<String> obstacle =
        change(deployment, effect.templateDigest())
            .or(() -> recount(deployment, effect.replicas()))
            .or(() -> unready(candidate, key, effect));
    if (obstacle.isPresent()) {
      return new Again(obstacle.get());
    }
    Map<String, Object> annotations = new LinkedHashMap<>(candidate.annotations());
    annotations.putAll(ReplicaSetManifest.counts(deployment, effect.replicas()));
    cluster.patchReplicaSet(
        candidate,
        List.of(
            test("/metadata/resourceVersion", candidate.resourceVersion()),
            set("/metadata/ownerReferences", List.of(ReplicaSetManifest.owner(deployment))),
            set("/metadata/annotations", annotations)));
    return Outcome.DONE;
  }

  Outcome scaleToZero(WorkloadKey key, Live deployment, List<String> names) {
    Outcome worst = Outcome.DONE;
    for (String name : names) {
      Outcome one = Answers.write(() -> scaleToZero(key, deployment, name));
      if (worst instanceof Outcome.Done) {
        worst = one;
      }
    }
    return worst;
  }

  private Outcome scaleToZero(WorkloadKey key, Live deployment, String name) {
    String namespace = key.canary().namespace();
    Optional<Live> found = cluster.replicaSet(namespace, name);
    if (found.isEmpty() || found.get().replicas() == 0) {
      return Outcome.DONE;
    }
    Live old = found.get();
    if (!old.isControlledBy(deployment.uid())) {
      return new Again("ReplicaSet " + name + " does not belong to the Deployment");
    }
    if (old.templateDigest().equals(deployment.templateDigest())) {
      return new Again("ReplicaSet " + name + " carries the declared template");
    }
    cluster.patchReplicaSet(
        old,
        List.of(
            test("/metadata/resourceVersion", old.resourceVersion()), set("/spec/replicas", 0)));
    return Outcome.DONE;
  }

  private static Optional<String> change(Live deployment, String digest) {
    if (!deployment.templateDigest().equals(digest)) {
      return Optional.of("the declared template has changed");
    }
    return deployment.isPaused()
        ? Optional.empty()
        : Optional.of("the Deployment is no longer paused");
  }

  private static Optional<String> recount(Live deployment, int replicas) {
    return deployment.replicas() == replicas
        ? Optional.empty()
        : Optional.of("the Deployment wants " + deployment.replicas() + " pods now");
  }

  private static Optional<String> unready(Live candidate, WorkloadKey key, HandOver effect) {
    if (!candidate.isControlledBy(key.canaryUid())) {
      return Optional.of("ReplicaSet " + candidate.name() + " is no longer the Canary's");
    }
    if (!candidate.templateDigest().equals(effect.templateDigest())) {
      return Optional.of("ReplicaSet " + candidate.name() + " has another template");
    }
    int available = candidate.number(0, "status", "availableReplicas");
    boolean current = candidate.number(0, "status", "observedGeneration") >= candidate.generation();
    return current && candidate.replicas() == effect.replicas() && available == effect.replicas()
        ? Optional.empty()
        : Optional.of(
            "ReplicaSet "
                + candidate.name()
                + " has "
                + available
                + " of "
                + effect.replicas()
                + " pods available");
  }
}
