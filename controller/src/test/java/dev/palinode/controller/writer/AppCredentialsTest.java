package dev.palinode.controller.writer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.GitTarget;
import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Passage;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.forge.Answer;
import dev.palinode.gitwriter.forge.AppTokens;
import dev.palinode.gitwriter.forge.GitHubApp;
import dev.palinode.gitwriter.forge.IdentityTokens;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class AppCredentialsTest {
  private static final Repository REPOSITORY =
      new Repository("https://github.com/shop/deploy.git", "main");

  KubernetesClient client;
  KubernetesMockServer server;

  private final List<GitHubApp.Key> keys = new ArrayList<>();
  private final List<Passage> passages = new ArrayList<>();
  private Answer<String> minted = Answer.done("ghs_1");
  private SecretCredentials credentials;

  @BeforeEach
  void connect() {
    server.expectCustomResource(
        new CustomResourceDefinitionContext.Builder()
            .withGroup("palinode.dev")
            .withVersion("v1alpha1")
            .withKind("GitTarget")
            .withPlural("gittargets")
            .withScope("Namespaced")
            .withStatusSubresource(true)
            .build());
    AppTokens tokens =
        (key, repository, passage, _, isRefused) -> {
          passages.add(passage);
          assertThat(repository).isEqualTo(REPOSITORY);
          keys.add(key);
          return isRefused.test("ghs_1") ? Answer.done("ghs_2") : minted;
        };
    credentials =
        new SecretCredentials(client, List.of("palinode-system"), tokens, IdentityTokens.NONE);
    GitTarget target = new GitTarget();
    target.setMetadata(
        new ObjectMetaBuilder().withNamespace("palinode-system").withName("t").build());
    target.setSpec(
        new GitTargetSpec(
            REPOSITORY.url(),
            "main",
            new GitTargetSpec.SecretRef("app"),
            List.of(),
            null,
            null,
            null,
            null,
            null,
            new GitTargetSpec.Proxy("http://proxy.example.com:3128", null),
            null,
            null,
            null,
            null));
    client.resource(target).create();
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace("palinode-system")
                .withName("app")
                .endMetadata()
                .withData(
                    Map.of(
                        "githubAppID", "NDcxMQ==",
                        "githubAppInstallationID", "Nzc=",
                        "githubAppPrivateKey", "cGVt"))
                .build())
        .create();
  }

  private static Credentials known(Observed<Credentials> observed) {
    return observed.known().orElseThrow();
  }

  @Test
  void key_isMintedIntoAToken() {
    Credentials found = known(credentials.forRepository(REPOSITORY));

    assertThat(found.authorization(Credentials.Scheme.BEARER)).contains("Bearer ghs_1");
    assertThat(keys).containsExactly(new GitHubApp.Key("4711", Optional.of("77"), "pem", null));
    assertThat(passages).containsExactly(found.passage());
    assertThat(found.passage()).hasToString("the proxy proxy.example.com:3128");
    assertThat(keys.toString() + found).doesNotContain("pem").doesNotContain("ghs_1");
  }

  @Test
  void refusedToken_isMintedAnew() {
    Credentials refused = known(credentials.forRepository(REPOSITORY));

    assertThat(
            known(credentials.renew(REPOSITORY, refused)).authorization(Credentials.Scheme.BEARER))
        .contains("Bearer ghs_2");
  }

  @Test
  void silentGitHub_isTriedAgainLater() {
    minted = new Answer.Unreachable<>("api.github.com cannot be reached");

    assertThat(credentials.forRepository(REPOSITORY))
        .isEqualTo(Observed.unreadable("api.github.com cannot be reached"));
  }

  @Test
  void refusedKey_waitsForAPerson() {
    minted = new Answer.Unauthorised<>("the key is not accepted");

    assertThat(credentials.forRepository(REPOSITORY)).isEqualTo(Observed.missing());
  }
}
