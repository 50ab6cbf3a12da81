package dev.palinode.testbed;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;

/** What these tests do with Deployments in one namespace. */
record Workloads(KubernetesClient client, String namespace) {
  static String yaml(String name, String image, int replicas, boolean paused) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: %1$s}
    spec:
      replicas: %3$d
      paused: %4$s
      selector: {matchLabels: {app: %1$s}}
      template:
        metadata: {labels: {app: %1$s}}
        spec:
          containers:
          - {name: app, image: "registry.example/%2$s"}
    """
        .formatted(name, image, replicas, paused);
  }

  void deploy(String name, String image, int replicas, boolean paused) {
    client.resource(yaml(name, image, replicas, paused)).inNamespace(namespace).serverSideApply();
  }

  DeploymentStatus getStatus(String name) {
    return client.apps().deployments().inNamespace(namespace).withName(name).get().getStatus();
  }

  int available(String name) {
    var deployment = client.apps().deployments().inNamespace(namespace).withName(name).get();
    if (deployment == null || deployment.getStatus() == null) {
      return 0;
    }
    Integer available = deployment.getStatus().getAvailableReplicas();
    return available == null ? 0 : available;
  }

  List<Pod> pods(String name) {
    return client.pods().inNamespace(namespace).withLabel("app", name).list().getItems();
  }
}
