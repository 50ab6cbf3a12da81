package dev.palinode.controller.decide;

import java.util.Map;
import java.util.Optional;

/**
 * The guarded Deployment, as far as a decision depends on it.
 *
 * @param uid changes when the Deployment is re-created
 * @param templateDigest "T": sha256 of the canonical JSON of the declared pod template
 * @param image of the first container
 * @param images by container name
 * @param podLabels of the pod template: they tell which Service selects these pods
 * @param replicas "N"
 * @param paused {@code spec.paused}
 * @param holdLabel value of the label {@code palinode.dev/hold}
 * @param agent the GitOps agent whose marks it carries, empty for plain kubectl
 * @param templateByAgent whether the template's last writer is that agent; true without an agent
 */
public record Target(
    String uid,
    long generation,
    String templateDigest,
    String image,
    Map<String, String> images,
    Map<String, String> podLabels,
    int replicas,
    boolean paused,
    Optional<String> holdLabel,
    Optional<Agent> agent,
    boolean templateByAgent) {

  /** Who applies git to the cluster. */
  public enum Agent {
    Flux,
    ArgoCD
  }

  public Target {
    images = Map.copyOf(images);
    podLabels = Map.copyOf(podLabels);
  }
}
