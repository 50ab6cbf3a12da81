package dev.palinode.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The scheduler that gives each pod one of the fake nodes. */
record Scheduler(Path folder, int port, Path kubeconfig) {
  Child start() {
    try {
      Files.createDirectories(folder);
      Files.writeString(
          folder.resolve("scheduler.yaml"),
          """
          apiVersion: kubescheduler.config.k8s.io/v1
          kind: KubeSchedulerConfiguration
          clientConnection: {kubeconfig: "%s", qps: 1000, burst: 2000}
          leaderElection: {leaderElect: false}
          podInitialBackoffSeconds: 1
          podMaxBackoffSeconds: 2
          """
              .formatted(kubeconfig));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Child.start(
            "kube-scheduler",
            folder,
            Map.of(),
            List.of(
                "--config=" + folder.resolve("scheduler.yaml"),
                "--authentication-kubeconfig=" + kubeconfig,
                "--authorization-kubeconfig=" + kubeconfig,
                "--bind-address=127.0.0.1",
                "--secure-port=" + port,
                "--cert-dir=" + folder.resolve("certificates")))
        .awaitReady(() -> Http.answers(URI.create("https://127.0.0.1:" + port + "/healthz")));
  }
}
