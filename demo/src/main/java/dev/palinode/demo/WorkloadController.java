package dev.palinode.demo;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Simulated: the kubelet and the two controllers behind a paused Deployment. ReplicaSets get their
 * pods, which become Ready half a second later. A Deployment whose new ReplicaSet is complete takes
 * the old ones down, and creates none while it is paused.
 */
final class WorkloadController {
  private static final Duration READY_AFTER = Duration.ofMillis(500);
  private static final Duration BEAT = Duration.ofMillis(250);
  private static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
  private static final String HASH = "pod-template-hash";

  private final KubernetesClient client;
  private final Map<String, Instant> born = new HashMap<>();

  WorkloadController(KubernetesClient client) {
    this.client = client;
  }

  /** One round; a conflict is left to the next one. */
  Optional<Duration> look() {
    try {
      var sets = client.apps().replicaSets().inNamespace(Shop.NAMESPACE).list().getItems();
      var pods = client.pods().inNamespace(Shop.NAMESPACE).list().getItems();
      pods.forEach(this::becomeReady);
      sets.forEach(set -> replicate(set, podsOf(set, pods)));
      collectGarbage(sets, pods);
      client.apps().deployments().inNamespace(Shop.NAMESPACE).list().getItems().stream()
          .forEach(d -> roll(d, sets.stream().filter(s -> isOwned(s, d)).toList()));
    } catch (KubernetesClientException e) {
      if (e.getCode() != 409 && e.getCode() != 404) {
        throw e;
      }
    }
    return Optional.of(BEAT);
  }

  private void becomeReady(Pod pod) {
    boolean young = !"Running".equals(pod.getStatus() == null ? "" : pod.getStatus().getPhase());
    Instant since = born.computeIfAbsent(pod.getMetadata().getUid(), _ -> Instant.now());
    if (young && !Instant.now().isBefore(since.plus(READY_AFTER))) {
      pod.setStatus(
          new PodStatusBuilder()
              .withPhase("Running")
              .addNewCondition()
              .withType("Ready")
              .withStatus("True")
              .endCondition()
              .build());
      client.pods().resource(pod).updateStatus();
    }
  }

  private void replicate(ReplicaSet set, List<Pod> pods) {
    int wanted = Optional.ofNullable(set.getSpec().getReplicas()).orElse(1);
    for (int i = pods.size(); i < wanted; i++) {
      client.pods().inNamespace(Shop.NAMESPACE).resource(pod(set)).create();
    }
    pods.stream()
        .limit(Math.max(0, pods.size() - wanted))
        .forEach(p -> client.pods().resource(p).delete());
    int ready = (int) pods.stream().filter(WorkloadController::isReady).limit(wanted).count();
    ReplicaSetStatus status = new ReplicaSetStatus();
    status.setObservedGeneration(set.getMetadata().getGeneration());
    status.setReplicas(wanted);
    status.setReadyReplicas(ready);
    status.setAvailableReplicas(ready);
    if (!status.equals(set.getStatus())) {
      set.setStatus(status);
      client.apps().replicaSets().resource(set).updateStatus();
    }
  }

  private static Pod pod(ReplicaSet set) {
    var template = set.getSpec().getTemplate();
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace(set.getMetadata().getNamespace())
        .withName(set.getMetadata().getName() + "-" + UUID.randomUUID().toString().substring(0, 5))
        .withLabels(template.getMetadata().getLabels())
        .withOwnerReferences(
            new OwnerReferenceBuilder()
                .withApiVersion("apps/v1")
                .withKind("ReplicaSet")
                .withName(set.getMetadata().getName())
                .withUid(set.getMetadata().getUid())
                .withController(true)
                .build())
        .endMetadata()
        .withSpec(template.getSpec())
        .withNewStatus()
        .withPhase("Pending")
        .endStatus()
        .build();
  }

  private void collectGarbage(List<ReplicaSet> sets, List<Pod> pods) {
    pods.stream()
        .filter(p -> sets.stream().noneMatch(s -> isOwner(s, p)))
        .forEach(p -> client.pods().resource(p).delete());
  }

  private void roll(Deployment deployment, List<ReplicaSet> owned) {
    int wanted = Optional.ofNullable(deployment.getSpec().getReplicas()).orElse(1);
    Optional<ReplicaSet> current =
        owned.stream().filter(s -> hasTemplateOf(deployment, s)).findFirst();
    if (current.filter(s -> isComplete(s, wanted)).isPresent()) {
      owned.stream()
          .filter(s -> !s.equals(current.get()) && s.getSpec().getReplicas() > 0)
          .forEach(s -> {
            s.getSpec().setReplicas(0);
            client.apps().replicaSets().resource(s).update();
          });
    }
    DeploymentStatus status = new DeploymentStatus();
    status.setObservedGeneration(deployment.getMetadata().getGeneration());
    status.setReplicas(owned.stream().mapToInt(s -> s.getSpec().getReplicas()).sum());
    status.setAvailableReplicas(owned.stream().mapToInt(WorkloadController::available).sum());
    status.setReadyReplicas(status.getAvailableReplicas());
    status.setUpdatedReplicas(current.map(s -> s.getSpec().getReplicas()).orElse(0));
    if (!status.equals(deployment.getStatus())) {
      deployment.setStatus(status);
      client.apps().deployments().resource(deployment).updateStatus();
    }
  }

  /** As the real one: every pod available, and its own count written on the ReplicaSet. */
  private static boolean isComplete(ReplicaSet set, int wanted) {
    Map<String, String> annotations = set.getMetadata().getAnnotations();
    return set.getSpec().getReplicas() == wanted
        && available(set) == wanted
        && annotations != null
        && String.valueOf(wanted).equals(annotations.get(DESIRED));
  }

  private static boolean hasTemplateOf(Deployment deployment, ReplicaSet set) {
    var template = set.getSpec().getTemplate();
    Map<String, String> labels = new HashMap<>(template.getMetadata().getLabels());
    labels.remove(HASH);
    return labels.equals(deployment.getSpec().getTemplate().getMetadata().getLabels())
        && template.getSpec().equals(deployment.getSpec().getTemplate().getSpec());
  }

  private static int available(ReplicaSet set) {
    return set.getStatus() == null || set.getStatus().getAvailableReplicas() == null
        ? 0
        : set.getStatus().getAvailableReplicas();
  }

  private static List<Pod> podsOf(ReplicaSet set, List<Pod> pods) {
    return pods.stream().filter(p -> isOwner(set, p)).toList();
  }

  static boolean isReady(Pod pod) {
    return pod.getStatus() != null
        && pod.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  private static boolean isOwner(ReplicaSet set, Pod pod) {
    return isControlledBy(pod.getMetadata().getOwnerReferences(), set.getMetadata().getUid());
  }

  private static boolean isOwned(ReplicaSet set, Deployment deployment) {
    return isControlledBy(
        set.getMetadata().getOwnerReferences(), deployment.getMetadata().getUid());
  }

  private static boolean isControlledBy(List<OwnerReference> owners, String uid) {
    return owners.stream()
        .anyMatch(o -> Boolean.TRUE.equals(o.getController()) && uid.equals(o.getUid()));
  }
}
