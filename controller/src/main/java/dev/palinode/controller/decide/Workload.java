package dev.palinode.controller.decide;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The ReplicaSets of one Deployment, and the pods of the candidate's.
 *
 * @param replicaSets owned by the Deployment, or ours for this Canary
 * @param candidatePods every pod object of the candidate, the terminating ones included
 * @param stablePods names of the Deployment's own pods
 * @param missingConfigs ConfigMaps that the stable template needs and that are gone
 */
public record Workload(
    List<ReplicaSet> replicaSets,
    List<Pod> candidatePods,
    List<String> stablePods,
    List<String> missingConfigs) {

  public Workload {
    replicaSets = List.copyOf(replicaSets);
    candidatePods = List.copyOf(candidatePods);
    stablePods = List.copyOf(stablePods);
    missingConfigs = List.copyOf(missingConfigs);
  }

  public static final Workload EMPTY = new Workload(List.of(), List.of(), List.of(), List.of());

  /** Whose a ReplicaSet is, by its controlling ownerReference. */
  public enum Owner {
    Deployment,
    Canary
  }

  /**
   * One ReplicaSet.
   *
   * @param hash its label {@code pod-template-hash}, by which a subset selects it
   * @param templateDigest of its template without that label
   * @param ours it carries the label of this Canary: made by us, even when handed over since
   * @param images by container name
   * @param replicas wanted
   * @param available pods available
   * @param pods pod objects that exist, the terminating ones included
   * @param createFailure why pods cannot be created (quota, admission), in the server's words
   */
  public record ReplicaSet(
      String name,
      String uid,
      String hash,
      String templateDigest,
      Owner owner,
      boolean ours,
      Map<String, String> images,
      int replicas,
      int available,
      int pods,
      Optional<String> createFailure) {
    public ReplicaSet {
      images = Map.copyOf(images);
    }
  }

  /**
   * One pod of the candidate.
   *
   * @param labelled carries the running label that tells the versions apart in telemetry
   * @param fault set when waiting will not help: crash loop, out of memory, image not to be pulled
   */
  public record Pod(
      String name, boolean ready, boolean labelled, boolean terminating, Optional<String> fault) {}

  /** The candidate's ReplicaSet while it is not yet the Deployment's. */
  public Optional<ReplicaSet> candidate() {
    return replicaSets.stream().filter(r -> r.owner() == Owner.Canary).findFirst();
  }

  /** The Deployment's ReplicaSet with this template. */
  public Optional<ReplicaSet> ownedWith(String templateDigest) {
    return owned().filter(r -> r.templateDigest().equals(templateDigest)).findFirst();
  }

  /** The Deployment's ReplicaSets that want pods. */
  public List<ReplicaSet> serving() {
    return owned().filter(r -> r.replicas() > 0).toList();
  }

  /** The Deployment's ReplicaSets other than the one with this template, that want or have pods. */
  public List<ReplicaSet> othersThan(String templateDigest) {
    return owned()
        .filter(r -> !r.templateDigest().equals(templateDigest))
        .filter(r -> r.replicas() > 0 || r.pods() > 0)
        .toList();
  }

  /** The first candidate pod that waiting will not mend. */
  public Optional<String> fault() {
    return candidatePods.stream().flatMap(p -> p.fault().stream()).findFirst();
  }

  private Stream<ReplicaSet> owned() {
    return replicaSets.stream().filter(r -> r.owner() == Owner.Deployment);
  }
}
