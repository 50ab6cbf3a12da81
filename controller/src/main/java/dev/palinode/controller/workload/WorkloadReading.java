package dev.palinode.controller.workload;

import dev.palinode.controller.decide.Workload;
import dev.palinode.controller.decide.Workload.Owner;
import dev.palinode.controller.ports.WorkloadKey;
import dev.palinode.crds.Api;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Reads the ReplicaSets of one Deployment and one Canary, and the pods behind them. */
final class WorkloadReading {
  /** Oldest first: of two equal templates the Deployment controller takes the older one. */
  private static final Comparator<Live> AGE =
      Comparator.comparing((Live r) ->
              Optional.ofNullable(r.object().getMetadata().getCreationTimestamp()).orElse(""))
          .thenComparing(Live::name);

  private final Cluster cluster;

  WorkloadReading(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Without a Deployment, what is left of the Canary's own. */
  Workload read(WorkloadKey key, Optional<Live> deployment, Instant now) {
    List<Live> sets = replicaSets(key, deployment);
    List<Pod> pods = pods(key, deployment, sets);
    Map<String, Integer> podsOf = new HashMap<>();
    pods.forEach(p -> controllerOf(p).ifPresent(o -> podsOf.merge(o.getUid(), 1, Integer::sum)));
    List<Workload.Pod> ours = candidatePods(key, sets, pods).map(p -> pod(p, now)).toList();
    return new Workload(
        sets.stream().map(r -> replicaSet(r, key, podsOf.getOrDefault(r.uid(), 0))).toList(),
        ours,
        pods.stream()
            .filter(
                p -> sets.stream().anyMatch(r -> isOf(p, r) && !r.isControlledBy(key.canaryUid())))
            .map(p -> p.getMetadata().getName())
            .toList(),
        deployment.map(d -> missingConfigs(key, d, sets)).orElse(List.of()));
  }

  private List<Live> replicaSets(WorkloadKey key, Optional<Live> deployment) {
    Map<String, Live> byUid = new LinkedHashMap<>();
    // By our label too: a Deployment that was re-created may select otherwise.
    cluster.candidates(key).forEach(r -> byUid.put(r.uid(), r));
    deployment.ifPresent(d ->
        cluster.replicaSets(key.canary().namespace(), d.map("spec", "selector")).stream()
            .filter(r -> r.isControlledBy(d.uid()) || r.isControlledBy(key.canaryUid()))
            .forEach(r -> byUid.put(r.uid(), r)));
    return byUid.values().stream().sorted(AGE).toList();
  }

  private List<Pod> pods(WorkloadKey key, Optional<Live> deployment, List<Live> sets) {
    return deployment
        .or(() -> sets.stream().findFirst())
        .map(owner -> cluster.pods(key.canary().namespace(), owner.map("spec", "selector")))
        .orElse(List.of());
  }

  private static Workload.ReplicaSet replicaSet(Live set, WorkloadKey key, int pods) {
    return new Workload.ReplicaSet(
        set.name(),
        set.uid(),
        hash(set),
        set.templateDigest(),
        set.isControlledBy(key.canaryUid()) ? Owner.Canary : Owner.Deployment,
        LabelValue.of(key.canary().name()).equals(set.labels().get(Api.CANARY_LABEL)),
        set.images(),
        set.replicas(),
        set.number(0, "status", "availableReplicas"),
        pods,
        createFailure(set));
  }

  private static String hash(Live set) {
    return set.labels().getOrDefault(TemplateDigest.HASH_LABEL, "");
  }

  private static Optional<String> createFailure(Live set) {
    return Live.maps(set.map("status"), "conditions").stream()
        .filter(c -> "ReplicaFailure".equals(c.get("type")) && "True".equals(c.get("status")))
        .findFirst()
        .map(c -> Live.text(c, "message").or(() -> Live.text(c, "reason")).orElse("unknown"));
  }

  /** Once the ReplicaSet is deleted, those that it left and that still have to go. */
  private static Stream<Pod> candidatePods(WorkloadKey key, List<Live> sets, List<Pod> pods) {
    Optional<Live> candidate =
        sets.stream().filter(r -> r.isControlledBy(key.canaryUid())).findFirst();
    if (candidate.isPresent()) {
      return pods.stream().filter(p -> isOf(p, candidate.get()));
    }
    return pods.stream()
        .filter(p -> sets.stream().noneMatch(r -> isOf(p, r)))
        .filter(p -> controllerOf(p).filter(o -> isNamedByUs(o, p, key)).isPresent());
  }

  private static boolean isNamedByUs(OwnerReference owner, Pod pod, WorkloadKey key) {
    return owner.getName().equals(ReplicaSetManifest.name(key.deployment(), hash(pod)));
  }

  private static Workload.Pod pod(Pod pod, Instant now) {
    return new Workload.Pod(
        pod.getMetadata().getName(),
        WorkloadHealth.isReady(pod),
        isLabelled(pod),
        WorkloadHealth.isTerminating(pod),
        WorkloadHealth.fault(pod, now));
  }

  static boolean isOf(Pod pod, Live set) {
    return controllerOf(pod).filter(o -> o.getUid().equals(set.uid())).isPresent();
  }

  /** By the hash that the candidate's subset selects by. */
  static boolean isLabelled(Pod pod) {
    return hash(pod).equals(label(pod, Api.CANONICAL_REVISION_LABEL));
  }

  static String hash(Pod pod) {
    return label(pod, TemplateDigest.HASH_LABEL);
  }

  private static String label(Pod pod, String name) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    return labels == null ? "" : labels.getOrDefault(name, "");
  }

  private static Optional<OwnerReference> controllerOf(Pod pod) {
    return Live.controllerOf(pod.getMetadata().getOwnerReferences());
  }

  /**
   * Asked only while a changed template waits to start: then the old one must be able to go on, and
   * at any other time the answer would change nothing.
   */
  private List<String> missingConfigs(WorkloadKey key, Live deployment, List<Live> sets) {
    String declared = deployment.templateDigest();
    boolean running = sets.stream().anyMatch(r -> r.isControlledBy(key.canaryUid()));
    if (running) {
      return List.of();
    }
    SortedSet<String> names = new TreeSet<>();
    sets.stream()
        .filter(r -> r.replicas() > 0 && !r.templateDigest().equals(declared))
        .forEach(r -> names.addAll(ConfigReferences.in(r.template())));
    return names.stream()
        .filter(name -> !cluster.hasConfigMap(key.canary().namespace(), name))
        .toList();
  }
}
