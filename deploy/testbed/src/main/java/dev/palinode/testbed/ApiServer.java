package dev.palinode.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The API server: RBAC on, every request in the audit log, a certificate it makes itself. */
record ApiServer(Path folder, int port, URI etcd) {
  private static final String AUDIT_POLICY =
      """
      apiVersion: audit.k8s.io/v1
      kind: Policy
      omitStages: [RequestReceived]
      rules:
      - level: Metadata
      """;

  URI uri() {
    return URI.create("https://127.0.0.1:" + port);
  }

  Path auditLog() {
    return folder.resolve("audit.log");
  }

  Path serviceAccountKey() {
    return folder.resolve("service-account.key");
  }

  /** Server and authority certificate in one file, there after the first start. */
  Path certificates() {
    return folder.resolve("certificates").resolve("apiserver.crt");
  }

  /** Writes what the server reads at its start. */
  void prepare() {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("audit-policy.yaml"), AUDIT_POLICY);
      Files.writeString(
          folder.resolve("tokens.csv"),
          Stream.of(Account.values())
              .map(Account::tokenFileLine)
              .collect(Collectors.joining("\n", "", "\n")));
      var keys = KeyPairGenerator.getInstance("RSA");
      keys.initialize(2048);
      var pair = keys.generateKeyPair();
      Files.writeString(serviceAccountKey(), pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
      Files.writeString(
          folder.resolve("service-account.pub"), pem("PUBLIC KEY", pair.getPublic().getEncoded()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has RSA", e);
    }
  }

  Child start() {
    return Child.start(
            "kube-apiserver",
            folder,
            Map.of(),
            List.of(
                "--etcd-servers=" + etcd,
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--secure-port=" + port,
                "--endpoint-reconciler-type=none",
                "--cert-dir=" + folder.resolve("certificates"),
                "--token-auth-file=" + folder.resolve("tokens.csv"),
                "--authorization-mode=RBAC",
                // A node's taints are lifted by a controller that would also fail nodes on a slow
                // machine; it does not run here.
                "--disable-admission-plugins=TaintNodesByCondition",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + folder.resolve("service-account.pub"),
                "--service-account-signing-key-file=" + serviceAccountKey(),
                "--service-cluster-ip-range=10.96.0.0/16",
                "--audit-policy-file=" + folder.resolve("audit-policy.yaml"),
                "--audit-log-path=" + auditLog(),
                "--audit-log-maxsize=4096",
                "--max-requests-inflight=3000",
                "--max-mutating-requests-inflight=1000",
                "--profiling=false"))
        .awaitReady(() -> Http.answers(uri().resolve("/readyz")));
  }

  private static String pem(String kind, byte[] content) {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, lines, kind);
  }
}
