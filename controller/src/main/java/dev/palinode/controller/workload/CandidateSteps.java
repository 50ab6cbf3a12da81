package dev.palinode.controller.workload;

import static dev.palinode.controller.workload.Cluster.set;
import static dev.palinode.controller.workload.Cluster.test;

import dev.palinode.controller.ports.Outcome;
import dev.palinode.controller.ports.Outcome.Again;
import dev.palinode.controller.ports.WorkloadKey;
import dev.palinode.crds.Api;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Optional;

/** The life of the candidate's ReplicaSet while it belongs to the Canary. */
final class CandidateSteps {
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  private final Cluster cluster;

  CandidateSteps(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Whether the server kept the template as it was is for the reader to see. */
  Outcome create(WorkloadKey key, Live deployment, String digest) {
    if (!deployment.templateDigest().equals(digest)) {
      return new Again("the declared template has changed");
    }
    String namespace = key.canary().namespace();
    String name = ReplicaSetManifest.name(deployment.name(), TemplateDigest.hash(digest));
    List<Live> existing = cluster.candidates(key);
    if (existing.stream().anyMatch(r -> r.name().equals(name) && !isGoing(r))) {
      return Outcome.DONE;
    }
    if (!existing.isEmpty()) {
      return new Again("ReplicaSet " + existing.getFirst().name() + " is still there");
    }
    try {
      cluster.createReplicaSet(namespace, ReplicaSetManifest.candidate(deployment, key));
      return Outcome.DONE;
    } catch (KubernetesClientException e) {
      return e.getCode() == CONFLICT ? taken(key, deployment, name) : Answers.outcome(e);
    }
  }

  Outcome scale(WorkloadKey key, int replicas) {
    List<Live> candidates = cluster.candidates(key);
    if (candidates.isEmpty()) {
      return new Again("the Canary owns no ReplicaSet");
    }
    Live candidate = candidates.getFirst();
    if (candidate.replicas() == replicas) {
      return Outcome.DONE;
    }
    // The tests: once handed over it is the Deployment controller that counts its pods.
    cluster.patchReplicaSet(
        candidate,
        List.of(
            test("/metadata/uid", candidate.uid()),
            test(controllerPath(candidate) + "/uid", key.canaryUid()),
            set("/spec/replicas", replicas)));
    return Outcome.DONE;
  }

  Outcome labelPods(WorkloadKey key) {
    String namespace = key.canary().namespace();
    for (Live candidate : cluster.candidates(key)) {
      for (Pod pod : cluster.pods(namespace, candidate.map("spec", "selector"))) {
        if (WorkloadReading.isOf(pod, candidate)
            && isRunning(pod)
            && !WorkloadReading.isLabelled(pod)) {
          label(pod);
        }
      }
    }
    return Outcome.DONE;
  }

  Outcome delete(WorkloadKey key) {
    for (Live candidate : cluster.candidates(key)) {
      deleteIfThere(key.canary().namespace(), candidate);
    }
    return Outcome.DONE;
  }

  Outcome deleteTwin(WorkloadKey key, String name, String uid) {
    String namespace = key.canary().namespace();
    Optional<Live> twin = cluster.replicaSet(namespace, name).filter(r -> r.uid().equals(uid));
    if (twin.isEmpty()) {
      return Outcome.DONE;
    }
    if (twin.get().replicas() != 0) {
      return new Again("ReplicaSet " + name + " wants " + twin.get().replicas() + " pods again");
    }
    deleteIfThere(namespace, twin.get());
    return Outcome.DONE;
  }

  /** Somebody made one of that name between the look and the write, or it never was ours. */
  private Outcome taken(WorkloadKey key, Live deployment, String name) {
    Optional<Live> other = cluster.replicaSet(key.canary().namespace(), name);
    if (other.filter(r -> r.isControlledBy(key.canaryUid()) && !isGoing(r)).isPresent()) {
      return Outcome.DONE;
    }
    String owner =
        other.flatMap(Live::controller).map(o -> o.getKind() + " " + o.getName()).orElse("nobody");
    String reason = "ReplicaSet " + name + " exists and belongs to " + owner;
    boolean passing = other.isEmpty() || isGoing(other.get());
    return passing || other.get().isControlledBy(deployment.uid())
        ? new Again(reason)
        : new Outcome.Refused(reason + "; delete it or rename the Deployment");
  }

  private void label(Pod pod) {
    String escaped = Api.CANONICAL_REVISION_LABEL.replace("~", "~0").replace("/", "~1");
    try {
      cluster.patchPod(
          pod,
          List.of(
              test("/metadata/uid", pod.getMetadata().getUid()),
              set("/metadata/labels/" + escaped, WorkloadReading.hash(pod))));
    } catch (KubernetesClientException e) {
      if (e.getCode() != NOT_FOUND) {
        throw e;
      }
    }
  }

  private void deleteIfThere(String namespace, Live replicaSet) {
    try {
      cluster.deleteReplicaSet(namespace, replicaSet);
    } catch (KubernetesClientException e) {
      if (e.getCode() != NOT_FOUND) {
        throw e;
      }
    }
  }

  private static boolean isRunning(Pod pod) {
    return !WorkloadHealth.isTerminating(pod)
        && pod.getStatus() != null
        && "Running".equals(pod.getStatus().getPhase());
  }

  private static boolean isGoing(Live replicaSet) {
    return replicaSet.object().getMetadata().getDeletionTimestamp() != null;
  }

  private static String controllerPath(Live replicaSet) {
    List<OwnerReference> owners = replicaSet.object().getMetadata().getOwnerReferences();
    return "/metadata/ownerReferences/" + replicaSet.controller().map(owners::indexOf).orElse(0);
  }
}
