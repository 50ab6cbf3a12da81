package dev.palinode.controller.writer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.GitTarget;
import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.GitTargetSpec.OidcFlow;
import dev.palinode.crds.GitTargetSpec.OidcUse;
import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Passage;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.forge.Answer;
import dev.palinode.gitwriter.forge.AppTokens;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A login that needs no Secret. */
@EnableKubernetesMockClient(crud = true)
class OidcCredentialsTest {
  private static final Repository REPOSITORY =
      new Repository("https://dev.azure.com/acme/shop/_git/deploy", "main");

  KubernetesClient client;
  KubernetesMockServer server;

  private final List<Passage> ways = new ArrayList<>();
  private Answer<String> minted = Answer.done("t1");
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
    credentials =
        new SecretCredentials(
            client,
            List.of("palinode-system"),
            AppTokens.NONE,
            (_, way, isRefused) -> {
              ways.add(way);
              return isRefused.test("t1") ? Answer.done("t2") : minted;
            });
  }

  private GitTarget target(OidcUse use) {
    GitTarget target = new GitTarget();
    target.setMetadata(
        new ObjectMetaBuilder().withNamespace("palinode-system").withName("t").build());
    target.setSpec(
        new GitTargetSpec(
            REPOSITORY.url(),
            "main",
            null,
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
            new GitTargetSpec.Oidc(
                OidcFlow.ClientAssertion,
                "https://login.microsoftonline.com/acme/oauth2/v2.0/token",
                "1111-2222",
                null,
                "499b84ac-1321-427f-aa17-267ca6975798/.default",
                "/var/run/secrets/azure/tokens/azure-identity-token",
                use)));
    client.resource(target).create();
    return target;
  }

  private Credentials known(Observed<Credentials> observed) {
    return observed.known().orElseThrow();
  }

  @Test
  void exchangedToken_isABearerForGitAndForTheApi() {
    target(null);
    Credentials found = known(credentials.forRepository(REPOSITORY));

    assertThat(found.authorization()).contains("Bearer t1");
    assertThat(found.authorization(Credentials.Scheme.PASSWORD)).contains("Bearer t1");
    assertThat(found.passage()).hasToString("the proxy proxy.example.com:3128");
    assertThat(ways).containsExactly(found.passage());
    assertThat(found.toString()).doesNotContain("t1");
  }

  @Test
  void exchangedToken_standsForOneOfASecretWhereWanted() {
    target(OidcUse.Token);

    assertThat(known(credentials.forRepository(REPOSITORY)).authorization())
        .isEqualTo(Credentials.token("t1", "").authorization());
  }

  @Test
  void refusedToken_isExchangedAnewWhicheverWayItWasShown() {
    target(OidcUse.Bearer);
    Credentials refused = known(credentials.forRepository(REPOSITORY));

    assertThat(known(credentials.renew(REPOSITORY, refused)).authorization()).contains("Bearer t2");
  }

  @Test
  void refusal_waitsForAPersonInItsWords() {
    GitTarget target = target(null);
    minted = new Answer.Refused<>(400, "invalid_grant");

    assertThat(credentials.read(target))
        .isEqualTo(
            new SecretCredentials.Read.Wrong(
                BlockReason.Credentials,
                "There is no token for oidc of the GitTarget: invalid_grant"));
  }

  @Test
  void silentEndpoint_isAskedAgainLater() {
    target(null);
    minted = new Answer.Unreachable<>("sts cannot be reached");

    assertThat(credentials.forRepository(REPOSITORY))
        .isEqualTo(Observed.unreadable("sts cannot be reached"));
  }
}
