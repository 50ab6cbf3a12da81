package dev.palinode.testbed;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The native controllers that releases meet; no node controllers, so a slow machine fails no node.
 */
record ControllerManager(Path folder, int port, Path kubeconfig, Path serviceAccountKey) {
  private static final List<String> CONTROLLERS =
      List.of(
          "deployment-controller",
          "replicaset-controller",
          "garbage-collector-controller",
          "namespace-controller",
          "endpointslice-controller",
          "serviceaccount-controller",
          "disruption-controller",
          "resourcequota-controller",
          "clusterrole-aggregation-controller");

  Child start() {
    return Child.start(
            "kube-controller-manager",
            folder,
            Map.of(),
            List.of(
                "--kubeconfig=" + kubeconfig,
                "--authentication-kubeconfig=" + kubeconfig,
                "--authorization-kubeconfig=" + kubeconfig,
                "--bind-address=127.0.0.1",
                "--secure-port=" + port,
                "--cert-dir=" + folder.resolve("certificates"),
                "--controllers=" + String.join(",", CONTROLLERS),
                "--leader-elect=false",
                "--service-account-private-key-file=" + serviceAccountKey,
                "--kube-api-qps=1000",
                "--kube-api-burst=2000",
                "--resource-quota-sync-period=10s",
                "--profiling=false"))
        .awaitReady(() -> Http.answers(URI.create("https://127.0.0.1:" + port + "/healthz")));
  }
}
