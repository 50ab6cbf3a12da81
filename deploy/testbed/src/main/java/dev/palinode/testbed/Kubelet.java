package dev.palinode.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The fake kubelet of every node; kwok.yaml tells what becomes of a pod by its image tag. */
record Kubelet(Path folder, int port, Path kubeconfig) {
  Child start() {
    Path stages = folder.resolve("kwok.yaml");
    try (InputStream in = Kubelet.class.getResourceAsStream("kwok.yaml")) {
      Files.createDirectories(folder);
      Files.copy(Objects.requireNonNull(in), stages, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Child.start(
            "kwok",
            folder,
            Map.of("KWOK_WORKDIR", folder.toString()),
            List.of(
                "--config=" + stages,
                "--kubeconfig=" + kubeconfig,
                "--manage-all-nodes=true",
                // No leases: nobody here watches whether a node is alive.
                "--node-lease-duration-seconds=0",
                "--cidr=10.244.0.0/16",
                "--node-ip=10.0.0.1",
                "--server-address=127.0.0.1:" + port))
        .awaitReady(() -> Http.answers(URI.create("http://127.0.0.1:" + port + "/healthz")));
  }
}
