package dev.palinode.controller.writer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.GitTarget;
import dev.palinode.crds.GitTargetSpec;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Passage;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Secrets say of authorities, client certificates and proxies. */
@EnableKubernetesMockClient(crud = true)
class PassageSecretsTest {
  private static String certificate;
  private static String key;

  KubernetesClient client;

  @BeforeAll
  static void issue(@TempDir Path dir) throws Exception {
    Path keyFile = dir.resolve("key");
    Path certificateFile = dir.resolve("certificate");
    List<String> openssl =
        List.of(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1"
                .split(" "));
    List<String> command = new ArrayList<>(openssl);
    command.addAll(List.of("-subj", "/CN=test", "-keyout", keyFile.toString()));
    command.addAll(List.of("-out", certificateFile.toString()));
    assertThat(
            new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor())
        .isZero();
    key = Files.readString(keyFile);
    certificate = Files.readString(certificateFile);
  }

  private SecretCredentials.Read read(GitTargetSpec.Proxy proxy, Map<String, String> data) {
    secret("git", data);
    GitTarget target = new GitTarget();
    target.setMetadata(
        new ObjectMetaBuilder().withNamespace("palinode-system").withName("t").build());
    target.setSpec(
        new GitTargetSpec(
            "https://git.example.com/shop/deploy.git",
            "main",
            new GitTargetSpec.SecretRef("git"),
            List.of(),
            null,
            null,
            null,
            null,
            null,
            proxy,
            null,
            null,
            null,
            null));
    return new SecretCredentials(client, List.of("palinode-system")).read(target);
  }

  private void secret(String name, Map<String, String> data) {
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace("palinode-system")
                .withName(name)
                .endMetadata()
                .withData(Base64s.of(data))
                .build())
        .create();
  }

  private static Credentials usable(SecretCredentials.Read read) {
    assertThat(read).isInstanceOf(SecretCredentials.Read.Usable.class);
    return ((SecretCredentials.Read.Usable) read).credentials();
  }

  private static void assertWrong(SecretCredentials.Read read, String words) {
    assertThat(read)
        .isInstanceOfSatisfying(
            SecretCredentials.Read.Wrong.class,
            wrong -> {
              assertThat(wrong.reason()).isEqualTo(BlockReason.Credentials);
              assertThat(wrong.message()).contains(words).doesNotContain("s3cret");
            });
  }

  @Test
  void certificatesBesideAToken_areUsedTogether() {
    Credentials found =
        usable(
            read(
                null,
                Map.of(
                    "token",
                    "s3cret",
                    "ca.crt",
                    certificate,
                    "tls.crt",
                    certificate,
                    "tls.key",
                    key)));

    assertThat(found.passage()).hasToString("own authorities, a client certificate");
    assertThat(found.authorization(Credentials.Scheme.BEARER)).contains("Bearer s3cret");
    assertThat(found.toString()).doesNotContain("s3cret", "BEGIN");
  }

  @Test
  void namesOfFlux_areUnderstood() {
    assertThat(
            usable(
                    read(
                        null,
                        Map.of("caFile", certificate, "certFile", certificate, "keyFile", key)))
                .passage())
        .hasToString("own authorities, a client certificate");
  }

  @Test
  void certificateAlone_isALogin() {
    Credentials found = usable(read(null, Map.of("tls.crt", certificate, "tls.key", key)));

    assertThat(found.authorization()).isEmpty();
    assertThat(found.origin()).isEqualTo("Secret palinode-system/git");
  }

  @Test
  void halfALoginBesideACertificate_isStillHalf() {
    assertWrong(
        read(null, Map.of("username", "bot", "ca.crt", certificate)), "username and password");
  }

  @Test
  void halfAPair_isNamed() {
    assertWrong(
        read(null, Map.of("token", "s3cret", "tls.crt", certificate)),
        "key tls.key of Secret palinode-system/git is missing");
  }

  @Test
  void halfAPairByFluxNames_isNamed() {
    assertWrong(
        read(null, Map.of("token", "s3cret", "keyFile", key)),
        "key tls.crt of Secret palinode-system/git is missing");
  }

  @Test
  void garbage_isNamedAndNotShown() {
    assertWrong(
        read(null, Map.of("token", "x", "ca.crt", "s3cret")),
        "key ca.crt of Secret palinode-system/git holds no certificate");
  }

  @Test
  void proxyWithALogin_isUsed() {
    secret("proxy", Map.of("username", "bot", "password", "s3cret"));

    Passage way =
        usable(
                read(
                    new GitTargetSpec.Proxy(
                        "http://proxy.example.com:3128", new GitTargetSpec.SecretRef("proxy")),
                    Map.of("token", "x")))
            .passage();

    assertThat(way.proxy())
        .hasValueSatisfying(proxy -> {
          assertThat(proxy.host() + ":" + proxy.port()).isEqualTo("proxy.example.com:3128");
          assertThat(proxy.login()).contains(new Passage.Login("bot", "s3cret"));
          assertThat(proxy.origin()).isEqualTo("Secret palinode-system/proxy");
        });
    assertThat(way.toString()).doesNotContain("s3cret");
  }

  @Test
  void proxyWithHalfALogin_waitsForTheRest() {
    secret("proxy", Map.of("username", "s3cret"));

    assertWrong(
        read(
            new GitTargetSpec.Proxy(
                "http://proxy.example.com:3128", new GitTargetSpec.SecretRef("proxy")),
            Map.of("token", "x")),
        "Secret palinode-system/proxy must hold username and password");
  }

  @Test
  void proxyWithoutItsSecret_isNamed() {
    assertWrong(
        read(
            new GitTargetSpec.Proxy(
                "http://proxy.example.com:3128", new GitTargetSpec.SecretRef("nowhere")),
            Map.of("token", "x")),
        "Secret palinode-system/nowhere does not exist");
  }
}
