package dev.palinode.testbed;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The API server's store, without fsync: nobody will miss it after the test. */
record Etcd(Path folder, int port, int peerPort) {
  URI uri() {
    return URI.create("http://127.0.0.1:" + port);
  }

  Child start() {
    String peer = "http://127.0.0.1:" + peerPort;
    return Child.start(
            "etcd",
            folder,
            Map.of(),
            List.of(
                "--name=testbed",
                "--data-dir=" + folder.resolve("data"),
                "--unsafe-no-fsync=true",
                "--listen-client-urls=" + uri(),
                "--advertise-client-urls=" + uri(),
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=testbed=" + peer,
                "--log-level=warn"))
        .awaitReady(() -> Http.answers(uri().resolve("/health")));
  }
}
