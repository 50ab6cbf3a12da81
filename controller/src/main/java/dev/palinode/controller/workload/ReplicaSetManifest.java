package dev.palinode.controller.workload;

import dev.palinode.controller.ports.WorkloadKey;
import dev.palinode.crds.Api;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The ReplicaSets that we make of a Deployment: its template word for word plus the hash label, so
 * that the Deployment controller recognises each as its own once it owns it.
 */
final class ReplicaSetManifest {
  static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
  static final String MAXIMUM = "deployment.kubernetes.io/max-replicas";
  private static final int NAME_LIMIT = 253;

  private ReplicaSetManifest() {}

  /**
   * The Deployment's name and the hash. Istio takes a suffix that equals the hash label off again,
   * so the workload keeps its name in telemetry.
   */
  static String name(String deployment, String hash) {
    int room = NAME_LIMIT - hash.length() - 1;
    String stem = deployment.length() <= room ? deployment : deployment.substring(0, room);
    return stem.replaceAll("[.-]+$", "") + "-" + hash;
  }

  /** Without pods, owned by the Canary. */
  static Map<String, Object> candidate(Live deployment, WorkloadKey key) {
    String digest = deployment.templateDigest();
    Map<String, Object> marks =
        Map.of(
            Api.CANARY_LABEL, LabelValue.of(key.canary().name()),
            Api.DIGEST_LABEL, TemplateDigest.label(digest));
    Map<String, Object> owner =
        owner(Api.GROUP + "/" + Api.VERSION, "Canary", key.canary().name(), key.canaryUid());
    return replicaSet(deployment, 0, owner, marks);
  }

  /** The Deployment's own, with all its pods. */
  static Map<String, Object> bootstrap(Live deployment) {
    return replicaSet(deployment, deployment.replicas(), owner(deployment), Map.of());
  }

  /** Without {@code blockOwnerDeletion}, which would need rights on the Deployment's finalizers. */
  static Map<String, Object> owner(Live deployment) {
    return owner("apps/v1", "Deployment", deployment.name(), deployment.uid());
  }

  /** What the Deployment controller writes on its ReplicaSets to know whether one is complete. */
  static Map<String, Object> counts(Live deployment, int replicas) {
    return Map.of(
        DESIRED, String.valueOf(replicas),
        MAXIMUM, String.valueOf(replicas + surge(deployment, replicas)));
  }

  /** Pods allowed above the wanted number, as the Deployment controller computes it. */
  static int surge(Live deployment, int replicas) {
    if ("Recreate".equals(deployment.object().get("spec", "strategy", "type"))) {
      return 0;
    }
    Object surge = deployment.object().get("spec", "strategy", "rollingUpdate", "maxSurge");
    if (surge instanceof Number n) {
      return n.intValue();
    }
    String percent = Objects.requireNonNullElse(surge, "25%").toString();
    long hundredths = (long) replicas * Long.parseLong(percent.replace("%", "").strip());
    return Math.toIntExact(Math.ceilDiv(hundredths, 100L));
  }

  private static Map<String, Object> owner(
      String apiVersion, String kind, String name, String uid) {
    Map<String, Object> owner = new LinkedHashMap<>();
    owner.put("apiVersion", apiVersion);
    owner.put("kind", kind);
    owner.put("name", name);
    owner.put("uid", uid);
    owner.put("controller", true);
    return owner;
  }

  private static Map<String, Object> replicaSet(
      Live deployment, int replicas, Map<String, Object> owner, Map<String, Object> marks) {
    String hash = TemplateDigest.hash(deployment.templateDigest());
    Map<String, Object> template =
        labelled(deployment.template(), Map.of(TemplateDigest.HASH_LABEL, hash));
    Map<String, Object> labels = merged(Live.map(Live.map(template, "metadata"), "labels"), marks);

    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("name", name(deployment.name(), hash));
    metadata.put("namespace", deployment.object().getMetadata().getNamespace());
    metadata.put("labels", labels);
    metadata.put("annotations", counts(deployment, deployment.replicas()));
    metadata.put("ownerReferences", List.of(owner));

    Map<String, Object> selector = new LinkedHashMap<>(deployment.map("spec", "selector"));
    selector.put(
        "matchLabels",
        merged(Live.map(selector, "matchLabels"), Map.of(TemplateDigest.HASH_LABEL, hash)));

    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("replicas", replicas);
    int minReadySeconds = deployment.number(0, "spec", "minReadySeconds");
    if (minReadySeconds > 0) {
      spec.put("minReadySeconds", minReadySeconds);
    }
    spec.put("selector", selector);
    spec.put("template", template);

    Map<String, Object> all = new LinkedHashMap<>();
    all.put("apiVersion", "apps/v1");
    all.put("kind", "ReplicaSet");
    all.put("metadata", metadata);
    all.put("spec", spec);
    return all;
  }

  private static Map<String, Object> labelled(
      Map<String, Object> template, Map<String, Object> labels) {
    Map<String, Object> metadata = Live.map(template, "metadata");
    return merged(
        template,
        Map.of(
            "metadata",
            merged(metadata, Map.of("labels", merged(Live.map(metadata, "labels"), labels)))));
  }

  private static Map<String, Object> merged(Map<String, Object> base, Map<String, Object> more) {
    Map<String, Object> all = new LinkedHashMap<>(base);
    all.putAll(more);
    return all;
  }
}
