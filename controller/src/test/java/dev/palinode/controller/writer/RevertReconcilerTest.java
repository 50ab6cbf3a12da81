package dev.palinode.controller.writer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.Conditions;
import dev.palinode.crds.GitTarget;
import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Revert;
import dev.palinode.crds.RevertSpec;
import dev.palinode.crds.RevertStatus;
import dev.palinode.crds.RevertStatus.Phase;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.GitWriter;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.WriteOutcome;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnableKubernetesMockClient(crud = true)
class RevertReconcilerTest {
  private static final ObjectName NAME = new ObjectName("shop", "checkout-7f9c2d41");
  private static final String URL = "https://git.example.com/shop/deploy.git";
  private static final String TOKEN = "s3cr3t-t0ken";

  /** Looks like a key and is none. */
  private static final String KEY =
      "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n";

  KubernetesClient client;
  KubernetesMockServer server;

  private final FakeGit git = new FakeGit();
  private final List<Phase> reached = new ArrayList<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private RevertReconciler reconciler;
  private GitTargetSpec.Signing signing;
  private GitTargetSpec.Verification verification;

  /** Answers what it is told to, and remembers what it was asked. */
  private static final class FakeGit implements GitWriter {
    private WriteOutcome answer = new WriteOutcome.Committed("c0ffee", List.of("app/d.yaml"), 1);
    private final List<Intent> asked = new ArrayList<>();

    @Override
    public WriteOutcome submit(Intent intent) {
      asked.add(intent);
      return answer;
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void connect() {
    for (String kind : List.of("Revert", "GitTarget")) {
      server.expectCustomResource(
          new CustomResourceDefinitionContext.Builder()
              .withGroup("palinode.dev")
              .withVersion("v1alpha1")
              .withKind(kind)
              .withPlural(kind.toLowerCase(Locale.ROOT) + "s")
              .withScope("Namespaced")
              .withStatusSubresource(true)
              .build());
    }
    reconciler =
        new RevertReconciler(
            client,
            client,
            List.of("palinode-system"),
            git,
            (InstantSource) () -> now,
            new WriterListener() {
              @Override
              public void reached(ObjectName object, Phase phase, Duration sinceAsked) {
                reached.add(phase);
              }
            });
  }

  @Test
  void granted_isPushed() {
    target("t", URL, null);
    revert(RevertSpec.Mode.Commit, URL, "shop");

    assertThat(reconciler.look(NAME)).isEmpty();

    assertThat(status().phase()).isEqualTo(Phase.Pushed);
    assertThat(status().commit()).isEqualTo("c0ffee");
    assertThat(status().attempts()).isEqualTo(1);
    assertThat(Conditions.isTrue(status().conditions(), Conditions.READY)).isTrue();
    assertThat(Conditions.isTrue(target().getStatus().conditions(), Conditions.READY)).isTrue();
    assertThat(reached).containsExactly(Phase.Pushed);
    assertThat(git.asked.getFirst().id()).isEqualTo("0123456789abcdef");
  }

  @Test
  void settled_isNotAskedAgain() {
    target("t", URL, null);
    revert(RevertSpec.Mode.Commit, URL, "shop");
    reconciler.look(NAME);

    assertThat(reconciler.look(NAME)).isEmpty();
    assertThat(git.asked).hasSize(1);
  }

  @Test
  void notify_isLeftToOthers() {
    target("t", URL, null);
    revert(RevertSpec.Mode.Notify, URL, "shop");

    assertThat(reconciler.look(NAME)).isEmpty();
    assertThat(git.asked).isEmpty();
    assertThat(revert().getStatus()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://git.example.com/shop/deploy",
        "https://GIT.example.com/shop/deploy.git/",
        "https://robot@git.example.com/shop/deploy.git"
      })
  void otherSpelling_meansTheSameRepository(String spelling) {
    target("t", URL, null);
    revert(RevertSpec.Mode.Commit, spelling, "shop");

    reconciler.look(NAME);

    assertThat(status().phase()).isEqualTo(Phase.Pushed);
    assertThat(git.asked.getFirst().repository()).isEqualTo(new Repository(URL, "main"));
  }

  @Test
  void noTarget_isBlockedAndLookedAtAgain() {
    target("t", "https://git.example.com/other.git", null);
    revert(RevertSpec.Mode.Commit, URL, "shop");

    Optional<Duration> again = reconciler.look(NAME);

    blocked("NoGitTarget", "create one with this url and branch");
    assertThat(again).contains(Duration.ofMinutes(5));
    target("u", URL, null);
    reconciler.look(NAME);
    assertThat(status().phase()).isEqualTo(Phase.Pushed);
    assertThat(Conditions.find(status().conditions(), Conditions.STALLED)).isEmpty();
  }

  @Test
  void twoTargets_areNotChosenBetween() {
    target("t", URL, null);
    target("u", URL, null);
    revert(RevertSpec.Mode.Commit, URL, "shop");

    reconciler.look(NAME);

    blocked("SeveralGitTargets", "palinode-system/t, palinode-system/u");
  }

  @Test
  void foreignNamespace_isBlocked() {
    target("t", URL, null);
    revert(RevertSpec.Mode.Commit, URL, "pay");

    assertThat(reconciler.look(NAME)).isEmpty();

    blocked("BadIntent", "create it in pay");
    assertThat(git.asked).isEmpty();
  }

  @Test
  void missingSecret_isBlockedOnBothObjects() {
    target("t", URL, "shop-git");
    revert(RevertSpec.Mode.Commit, URL, "shop");

    reconciler.look(NAME);

    blocked("Credentials", "Secret palinode-system/shop-git does not exist; create it");
    assertThat(Conditions.find(target().getStatus().conditions(), Conditions.READY))
        .hasValueSatisfying(c -> assertThat(c.getMessage()).contains("shop-git"));
  }

  @Test
  void trustWithoutUsableKeys_isBlockedOnBothObjects() {
    verification =
        new GitTargetSpec.Verification(
            GitTargetSpec.VerifiedCommit.LastGood, new GitTargetSpec.SecretRef("shop-git"));
    target("t", URL, "shop-git");
    secret(Map.of("token", TOKEN, "dana.pub", "rubbish"));
    revert(RevertSpec.Mode.Commit, URL, "shop");

    reconciler.look(NAME);

    blocked(
        "TrustedKeys", "Secret palinode-system/shop-git: dana.pub line 1 has no ssh public key");
    assertThat(git.asked).isEmpty();
    assertThat(Conditions.find(target().getStatus().conditions(), Conditions.READY))
        .hasValueSatisfying(c -> assertThat(c.getReason()).isEqualTo("TrustedKeys"));
  }

  @Test
  void trustWithKeys_goesWithTheCredentials() {
    verification =
        new GitTargetSpec.Verification(
            GitTargetSpec.VerifiedCommit.LastGood, new GitTargetSpec.SecretRef("shop-git"));
    target("t", URL, "shop-git");
    secret(
        Map.of(
            "token",
            TOKEN,
            "allowed_signers",
            "* ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"));

    assertThat(
            new SecretCredentials(client, List.of("palinode-system"))
                .forRepository(new Repository(URL, "main"))
                .known()
                .flatMap(Credentials::verifier))
        .isPresent();
  }

  @Test
  void secretWithoutKeys_isBlocked() {
    target("t", URL, "shop-git");
    secret(Map.of("other", "x"));
    revert(RevertSpec.Mode.Commit, URL, "shop");

    reconciler.look(NAME);

    blocked("Credentials", "holds neither token, nor username and password, nor ssh-privatekey");
  }

  @Test
  void sshKeyWithoutKnownHosts_isBlocked() {
    target("t", URL, "shop-git");
    secret(Map.of("ssh-privatekey", KEY));
    revert(RevertSpec.Mode.Commit, URL, "shop");

    reconciler.look(NAME);

    blocked("Credentials", "holds an ssh key and no known_hosts");
  }

  @Test
  void unreadableSshKey_isBlockedWithoutShowingIt() {
    target("t", URL, "shop-git");
    secret(Map.of("ssh-privatekey", KEY, "known_hosts", "git.example.com ssh-ed25519 AAAA"));
    revert(RevertSpec.Mode.Commit, URL, "shop");

    reconciler.look(NAME);

    blocked("Credentials", "the ssh key of Secret palinode-system/shop-git cannot be read");
    assertThat(client.getKubernetesSerialization().asJson(List.of(revert(), target())))
        .doesNotContain("c2VjcmV0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ssh", "gpg"})
  void scenario20_noSigningKey_meansNoPush(String format) {
    signing =
        new GitTargetSpec.Signing(
            GitTargetSpec.SigningFormat.valueOf(format), new GitTargetSpec.SecretRef("signing"));
    target("t", URL, null);
    revert(RevertSpec.Mode.Commit, URL, "shop");

    Optional<Duration> again = reconciler.look(NAME);

    blocked("SigningKey", "Secret palinode-system/signing does not exist");
    assertThat(again).contains(Duration.ofMinutes(5));
    assertThat(git.asked).isEmpty();
    assertThat(
            new SecretCredentials(client, List.of("palinode-system"))
                .forRepository(new Repository(URL, "main"))
                .isMissing())
        .as("nobody who asks past the reconciler gets to push either")
        .isTrue();
  }

  @Test
  void unreadableSigningKey_meansNoPush() {
    signing =
        new GitTargetSpec.Signing(
            GitTargetSpec.SigningFormat.ssh, new GitTargetSpec.SecretRef("shop-git"));
    target("t", URL, null);
    secret(Map.of("ssh-privatekey", KEY));
    revert(RevertSpec.Mode.Commit, URL, "shop");

    reconciler.look(NAME);

    blocked("SigningKey", "key ssh-privatekey of Secret palinode-system/shop-git cannot be read");
    assertThat(git.asked).isEmpty();
    assertThat(client.getKubernetesSerialization().asJson(List.of(revert(), target())))
        .doesNotContain("c2VjcmV0");
  }

  @Test
  void wrongToken_namesItsKeyAndNeverItself() {
    target("t", URL, "shop-git");
    secret(Map.of("token", TOKEN));
    revert(RevertSpec.Mode.Commit, URL, "shop");
    git.answer = new WriteOutcome.Blocked(BlockReason.Credentials, "The token is not accepted.");

    Optional<Duration> again = reconciler.look(NAME);

    blocked("Credentials", "not accepted");
    assertThat(again).contains(Duration.ofMinutes(5));
    assertThat(client.getKubernetesSerialization().asJson(List.of(revert(), target())))
        .doesNotContain(TOKEN);
    assertThat(
            new SecretCredentials(client, List.of("palinode-system"))
                .forRepository(new Repository(URL, "main"))
                .toString())
        .doesNotContain(TOKEN)
        .contains("key token of Secret palinode-system/shop-git");
  }

  @Test
  void unreachable_isTriedAgainLaterAndLater() {
    target("t", URL, null);
    revert(RevertSpec.Mode.Commit, URL, "shop");
    git.answer = new WriteOutcome.Unreachable("git.example.com does not answer");
    List<Duration> waits = new ArrayList<>();

    for (int i = 0; i < 8; i++) {
      Duration wait = reconciler.look(NAME).orElseThrow();
      waits.add(wait);
      now = now.plus(wait);
    }

    assertThat(waits).isSorted();
    assertThat(waits.getLast()).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(61));
    assertThat(status().phase()).isEqualTo(Phase.Pending);
    assertThat(status().message()).contains("does not answer");
    assertThat(git.asked).hasSize(8);
    git.answer = new WriteOutcome.AlreadyThere("c0ffee");
    reconciler.look(NAME);
    assertThat(status().phase()).isEqualTo(Phase.Pushed);
    assertThat(reached).containsExactly(Phase.Pending, Phase.Pushed);
  }

  @Test
  void tooEarly_isNotTried() {
    target("t", URL, null);
    revert(RevertSpec.Mode.Commit, URL, "shop");
    git.answer = new WriteOutcome.Unreachable("away");
    reconciler.look(NAME);

    assertThat(reconciler.look(NAME)).isPresent();
    assertThat(git.asked).hasSize(1);
  }

  @Test
  void refused_keepsTheServersWords() {
    target("t", URL, null);
    revert(RevertSpec.Mode.Commit, URL, "shop");
    git.answer = new WriteOutcome.Refused("GH006: Protected branch update failed");

    reconciler.look(NAME);

    blocked("Refused", "GH006: Protected branch update failed");
  }

  @Test
  void superseded_isDone() {
    target("t", URL, null);
    revert(RevertSpec.Mode.Commit, URL, "shop");
    git.answer = new WriteOutcome.Superseded("Somebody put it right.");

    assertThat(reconciler.look(NAME)).isEmpty();
    assertThat(status().phase()).isEqualTo(Phase.Superseded);
  }

  private void blocked(String reason, String words) {
    assertThat(status().phase()).isEqualTo(Phase.Blocked);
    assertThat(status().reason()).isEqualTo(reason);
    assertThat(status().message()).contains(words);
    assertThat(Conditions.isTrue(status().conditions(), Conditions.STALLED)).isTrue();
    assertThat(client.v1().events().inNamespace("shop").list().getItems())
        .anyMatch(e -> e.getReason().equals("RevertBlocked") && e.getMessage().contains(words));
  }

  private void revert(RevertSpec.Mode mode, String url, String objectNamespace) {
    Revert revert = new Revert();
    revert.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(NAME.namespace())
            .withName(NAME.name())
            .withCreationTimestamp(now.toString())
            .build());
    revert.setSpec(
        new RevertSpec(
            "0123456789abcdef",
            "default",
            new CanarySpec.Source(url, "main", "app"),
            new RevertSpec.ObjectRef("apps/v1", "Deployment", objectNamespace, "checkout"),
            new RevertSpec.State("f".repeat(40), "sha256:f", Map.of("checkout", "checkout:2")),
            new RevertSpec.State("a".repeat(40), "sha256:a", Map.of("checkout", "checkout:1")),
            mode,
            null));
    client.resource(revert).create();
  }

  private void target(String name, String url, String secret) {
    GitTarget target = new GitTarget();
    target.setMetadata(
        new ObjectMetaBuilder().withNamespace("palinode-system").withName(name).build());
    target.setSpec(
        new GitTargetSpec(
            url,
            "main",
            secret == null ? null : new GitTargetSpec.SecretRef(secret),
            List.of(new GitTargetSpec.Grant(null, List.of("shop"), List.of("app/"))),
            null,
            signing,
            null,
            null,
            null,
            null,
            null,
            verification,
            null,
            null));
    client.resource(target).create();
  }

  private void secret(Map<String, String> text) {
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace("palinode-system")
                .withName("shop-git")
                .endMetadata()
                .withData(
                    text.entrySet().stream()
                        .collect(
                            Collectors.toMap(
                                Map.Entry::getKey,
                                e ->
                                    Base64.getEncoder()
                                        .encodeToString(
                                            e.getValue().getBytes(StandardCharsets.UTF_8)))))
                .build())
        .create();
  }

  private Revert revert() {
    return client.resources(Revert.class).inNamespace(NAME.namespace()).withName(NAME.name()).get();
  }

  private GitTarget target() {
    return client.resources(GitTarget.class).inNamespace("palinode-system").withName("t").get();
  }

  private RevertStatus status() {
    return revert().getStatus();
  }
}
