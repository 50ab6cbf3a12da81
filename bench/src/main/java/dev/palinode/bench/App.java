package dev.palinode.bench;

/**
 * One guarded app of a benchmark: Deployment, Service, VirtualService and Canary of one name.
 *
 * @param replicas of the Deployment
 */
record App(String namespace, String name, int replicas) {

  String host() {
    return name + "." + namespace + ".svc.cluster.local";
  }

  String all(String tag) {
    return String.join("---\n", deployment(tag), service(), virtualService(), canary(""));
  }

  String deployment(String tag) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: %1$s
      namespace: %2$s
      labels: {palinode.dev/hold: declared}
    spec:
      paused: true
      progressDeadlineSeconds: 2147483647
      replicas: %3$d
      selector: {matchLabels: {app: %1$s}}
      template:
        metadata: {labels: {app: %1$s}}
        spec:
          containers:
          - {name: %1$s, image: "checkout:%4$s"}
    """
        .formatted(name, namespace, replicas, tag);
  }

  String service() {
    return """
    apiVersion: v1
    kind: Service
    metadata: {name: %1$s, namespace: %2$s}
    spec:
      selector: {app: %1$s}
      ports: [{name: http, port: 80, targetPort: 8080}]
    """
        .formatted(name, namespace);
  }

  String virtualService() {
    return """
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata: {name: %1$s, namespace: %2$s}
    spec:
      hosts: [%1$s]
      http:
      - name: primary
        route: [{destination: {host: %1$s}}]
    """
        .formatted(name, namespace);
  }

  /**
   * @param source YAML of {@code spec.source}, empty to leave it out
   */
  String canary(String source) {
    return """
    apiVersion: palinode.dev/v1alpha1
    kind: Canary
    metadata: {name: %1$s, namespace: %2$s}
    spec:
      targetRef: {kind: Deployment, name: %1$s}
      traffic:
        istio:
          virtualServices: [{name: %1$s, routes: [primary]}]
    %3$s\
    """
        .formatted(name, namespace, source.isEmpty() ? "" : "  source: " + source + "\n");
  }
}
