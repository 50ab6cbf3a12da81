package dev.palinode.demo;

import dev.palinode.crds.Revert;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Objects;

/** The app's objects as the API server has them now, not as anybody remembers them. */
record Cluster(KubernetesClient client) {

  Deployment deployment() {
    return Objects.requireNonNull(
        client.apps().deployments().inNamespace(Shop.NAMESPACE).withName(Shop.APP).get());
  }

  /** Those that nobody has deleted. */
  List<Pod> pods() {
    return client.pods().inNamespace(Shop.NAMESPACE).list().getItems().stream()
        .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
        .toList();
  }

  List<Revert> reverts() {
    return client.resources(Revert.class).inNamespace(Shop.NAMESPACE).list().getItems();
  }

  Object route() {
    return client
        .genericKubernetesResources(Kinds.VIRTUAL_SERVICE)
        .inNamespace(Shop.NAMESPACE)
        .withName(Shop.APP)
        .get()
        .get("spec");
  }

  int rules() {
    return client
        .genericKubernetesResources(Kinds.DESTINATION_RULE)
        .inNamespace(Shop.NAMESPACE)
        .list()
        .getItems()
        .size();
  }
}
