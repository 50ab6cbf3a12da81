package dev.palinode.controller.workload;

import dev.palinode.controller.ports.WorkloadKey;
import dev.palinode.crds.Api;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every request that this package makes. Writes carry our field manager and name the version or the
 * uid they were decided on; there is none for Deployments.
 */
final class Cluster {
  private static final ResourceDefinitionContext DEPLOYMENTS = apps("Deployment", "deployments");
  private static final ResourceDefinitionContext REPLICA_SETS = apps("ReplicaSet", "replicasets");
  private static final PatchContext JSON_PATCH =
      new PatchContext.Builder()
          .withPatchType(PatchType.JSON)
          .withFieldManager(Api.FIELD_MANAGER)
          .build();

  private final KubernetesClient client;

  Cluster(KubernetesClient client) {
    this.client = client;
  }

  Optional<GenericKubernetesResource> deployment(String namespace, String name) {
    return Optional.ofNullable(
        client.genericKubernetesResources(DEPLOYMENTS).inNamespace(namespace).withName(name).get());
  }

  Optional<Live> replicaSet(String namespace, String name) {
    return Optional.ofNullable(
            client
                .genericKubernetesResources(REPLICA_SETS)
                .inNamespace(namespace)
                .withName(name)
                .get())
        .map(Live::new);
  }

  List<Live> replicaSets(String namespace, Map<String, Object> selector) {
    return client
        .genericKubernetesResources(REPLICA_SETS)
        .inNamespace(namespace)
        .withLabelSelector(selector(selector))
        .list()
        .getItems()
        .stream()
        .map(Live::new)
        .toList();
  }

  /** Those that this Canary still owns, by name. */
  List<Live> candidates(WorkloadKey key) {
    Map<String, Object> ours =
        Map.of("matchLabels", Map.of(Api.CANARY_LABEL, LabelValue.of(key.canary().name())));
    return replicaSets(key.canary().namespace(), ours).stream()
        .filter(r -> r.isControlledBy(key.canaryUid()))
        .sorted(Comparator.comparing(Live::name))
        .toList();
  }

  List<Pod> pods(String namespace, Map<String, Object> selector) {
    return client
        .pods()
        .inNamespace(namespace)
        .withLabelSelector(selector(selector))
        .list()
        .getItems();
  }

  boolean hasConfigMap(String namespace, String name) {
    return client.configMaps().inNamespace(namespace).withName(name).get() != null;
  }

  void createReplicaSet(String namespace, Map<String, Object> manifest) {
    // Not the typed call: it has no place for the field manager.
    client.raw(path(namespace) + "?fieldManager=" + Api.FIELD_MANAGER, "POST", manifest);
  }

  /** On the object at hand: by name alone, the client would get it once more. */
  void patchReplicaSet(Live replicaSet, List<Map<String, Object>> operations) {
    client
        .genericKubernetesResources(REPLICA_SETS)
        .resource(replicaSet.object())
        .patch(JSON_PATCH, client.getKubernetesSerialization().asJson(operations));
  }

  void patchPod(Pod pod, List<Map<String, Object>> operations) {
    client
        .pods()
        .resource(pod)
        .patch(JSON_PATCH, client.getKubernetesSerialization().asJson(operations));
  }

  /** Its pods follow by garbage collection; only the object at this very version is deleted. */
  void deleteReplicaSet(String namespace, Live replicaSet) {
    Map<String, Object> options =
        Map.of(
            "apiVersion", "v1",
            "kind", "DeleteOptions",
            "propagationPolicy", "Background",
            "preconditions",
                Map.of("uid", replicaSet.uid(), "resourceVersion", replicaSet.resourceVersion()));
    client.raw(path(namespace) + "/" + replicaSet.name(), "DELETE", options);
  }

  static Map<String, Object> test(String path, Object value) {
    return Map.of("op", "test", "path", path, "value", value);
  }

  /** Sets the field, whether or not it is there. */
  static Map<String, Object> set(String path, Object value) {
    return Map.of("op", "add", "path", path, "value", value);
  }

  private LabelSelector selector(Map<String, Object> json) {
    return client.getKubernetesSerialization().convertValue(json, LabelSelector.class);
  }

  private static String path(String namespace) {
    return "/apis/apps/v1/namespaces/" + namespace + "/replicasets";
  }

  private static ResourceDefinitionContext apps(String kind, String plural) {
    return new ResourceDefinitionContext.Builder()
        .withGroup("apps")
        .withVersion("v1")
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(true)
        .build();
  }
}
