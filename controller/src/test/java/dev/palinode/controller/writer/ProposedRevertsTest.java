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
import dev.palinode.gitwriter.GitWriter;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.forge.PullRequestOutcome;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class ProposedRevertsTest {
  private static final ObjectName NAME = new ObjectName("shop", "checkout-7f9c2d41");
  private static final String GIT = "https://git.example.com/shop/deploy.git";
  private static final String URL = "https://git.example.com/shop/deploy/pulls/12";

  KubernetesClient client;
  KubernetesMockServer server;

  private final List<Intent> pushed = new ArrayList<>();
  private final List<Intent> proposed = new ArrayList<>();
  private final List<String> marked = new ArrayList<>();
  private final List<String> noted = new ArrayList<>();
  private WriteOutcome push = new WriteOutcome.Refused("GH006: Protected branch update failed");
  private PullRequestOutcome round = new PullRequestOutcome.Open(URL, "Opened; waits.");
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private RevertReconciler reconciler;
  private GitTargetSpec.Provider provider;
  private GitTargetSpec.Message message;

  private final class FakeGit implements GitWriter {
    @Override
    public WriteOutcome submit(Intent intent) {
      pushed.add(intent);
      return push;
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
            new SecretCredentials(client, List.of("palinode-system")),
            new FakeGit(),
            (intent, _) -> {
              proposed.add(intent);
              return round;
            },
            (intent, host, commit) ->
                marked.add(host.provider() + " " + intent.failed().revision() + " " + commit),
            (intent, commit) -> noted.add(intent.id() + " " + commit),
            (InstantSource) () -> now,
            WriterListener.SILENT);
  }

  @Test
  void proposal_isOpenAndLookedAtAgain() {
    target(true);
    revert(RevertSpec.Mode.PullRequest);

    assertThat(reconciler.look(NAME)).contains(Duration.ofSeconds(30));

    assertThat(status().phase()).isEqualTo(Phase.PullRequest);
    assertThat(status().pullRequest()).isEqualTo(URL);
    assertThat(status().reason()).isEqualTo("PullRequestOpen");
    assertThat(Conditions.isTrue(status().conditions(), Conditions.READY)).isFalse();
    assertThat(RevertReconciler.isOpen(revert())).isTrue();
    assertThat(pushed).as("people have the word").isEmpty();
    assertThat(client.v1().events().inNamespace("shop").list().getItems())
        .anyMatch(e -> e.getReason().equals("PullRequestOpened") && e.getMessage().equals(URL));
  }

  @Test
  void lookingAgain_writesNothingUntilThereIsNews() {
    target(true);
    revert(RevertSpec.Mode.PullRequest);
    reconciler.look(NAME);
    round = new PullRequestOutcome.Open(URL, "Open; waits.");
    reconciler.look(NAME);
    String version = revert().getMetadata().getResourceVersion();

    for (int i = 0; i < 5; i++) {
      now = now.plusSeconds(30);
      assertThat(reconciler.look(NAME)).contains(Duration.ofSeconds(30));
    }

    assertThat(proposed).hasSize(7);
    assertThat(revert().getMetadata().getResourceVersion()).isEqualTo(version);
    assertThat(status().attempts()).isEqualTo(1);
  }

  @Test
  void pushedOne_isMarkedAtTheHostOfItsPullRequests() {
    push = new WriteOutcome.Committed("c0ffee", List.of("app/d.yaml"), 1);
    target(true);
    revert(RevertSpec.Mode.Commit);

    reconciler.look(NAME);
    reconciler.look(NAME);

    assertThat(status().phase()).isEqualTo(Phase.Pushed);
    assertThat(marked).containsExactly("gitea " + "f".repeat(40) + " " + status().commit());
  }

  @Test
  void pushedOne_isMarkedAtTheNamedHost() {
    push = new WriteOutcome.Committed("c0ffee", List.of("app/d.yaml"), 1);
    provider = GitTargetSpec.Provider.GITHUB;
    target(false);
    revert(RevertSpec.Mode.Commit);

    reconciler.look(NAME);

    assertThat(marked).containsExactly("github " + "f".repeat(40) + " " + status().commit());
  }

  @Test
  void pushedOneOfAnUnknownHost_isNotMarked() {
    push = new WriteOutcome.Committed("c0ffee", List.of("app/d.yaml"), 1);
    target(false);
    revert(RevertSpec.Mode.Commit);

    reconciler.look(NAME);

    assertThat(status().phase()).isEqualTo(Phase.Pushed);
    assertThat(marked).isEmpty();
  }

  @Test
  void evidence_isNotedOnWhatLanded() {
    message = new GitTargetSpec.Message(false, true);
    target(true);
    revert(RevertSpec.Mode.PullRequest);
    reconciler.look(NAME);
    assertThat(noted).as("nothing is on the branch yet").isEmpty();
    round = new PullRequestOutcome.Merged(URL, "c0ffee");

    reconciler.look(NAME);

    assertThat(noted).containsExactly("0123456789abcdef c0ffee");
  }

  @Test
  void evidence_isNotedOnlyWherePeopleWantIt() {
    push = new WriteOutcome.Committed("c0ffee", List.of("app/d.yaml"), 1);
    target(false);
    revert(RevertSpec.Mode.Commit);

    reconciler.look(NAME);

    assertThat(status().phase()).isEqualTo(Phase.Pushed);
    assertThat(noted).isEmpty();
  }

  @Test
  void mergedOne_isPushed() {
    target(true);
    revert(RevertSpec.Mode.PullRequest);
    reconciler.look(NAME);
    round = new PullRequestOutcome.Merged(URL, "c0ffee");

    assertThat(reconciler.look(NAME)).isEmpty();

    assertThat(status().phase()).isEqualTo(Phase.Pushed);
    assertThat(status().commit()).isEqualTo("c0ffee");
    assertThat(status().pullRequest()).isEqualTo(URL);
    assertThat(reconciler.look(NAME)).isEmpty();
    assertThat(proposed).hasSize(2);
  }

  @Test
  void closedByAPerson_isBlockedWithTheirNo() {
    target(true);
    revert(RevertSpec.Mode.PullRequest);
    reconciler.look(NAME);
    round = new PullRequestOutcome.ClosedByPerson(URL);

    assertThat(reconciler.look(NAME))
        .as("rarely: they may think better of it and reopen it")
        .contains(Duration.ofMinutes(15));

    assertThat(status().phase()).isEqualTo(Phase.Blocked);
    assertThat(status().reason()).isEqualTo("ClosedByPerson");
    assertThat(status().message()).contains(URL, "taken as a no");
    assertThat(Conditions.isTrue(status().conditions(), Conditions.STALLED)).isTrue();
  }

  @Test
  void refusedPush_isProposedWhereTheTargetAllows() {
    target(true);
    revert(RevertSpec.Mode.Commit);

    reconciler.look(NAME);

    assertThat(status().phase()).isEqualTo(Phase.PullRequest);
    assertThat(pushed).hasSize(1);
    assertThat(proposed).hasSize(1);
  }

  @Test
  void refusedPush_isBlockedOtherwise() {
    target(false);
    revert(RevertSpec.Mode.Commit);

    reconciler.look(NAME);

    assertThat(status().phase()).isEqualTo(Phase.Blocked);
    assertThat(status().message()).contains("GH006");
    assertThat(proposed).isEmpty();
  }

  @Test
  void noAfterAFallback_isNotPushedAround() {
    target(true);
    revert(RevertSpec.Mode.Commit);
    reconciler.look(NAME);
    round = new PullRequestOutcome.ClosedByPerson(URL);
    reconciler.look(NAME);
    push = new WriteOutcome.Committed("c0ffee", List.of("a"), 1);

    for (int i = 0; i < 3; i++) {
      reconciler.look(NAME);
    }

    assertThat(pushed).as("the branch takes commits again, people still said no").hasSize(1);
    assertThat(status().reason()).isEqualTo("ClosedByPerson");
  }

  @Test
  void targetWithoutProvider_isSaid() {
    target(false);
    revert(RevertSpec.Mode.PullRequest);

    assertThat(reconciler.look(NAME)).contains(Duration.ofMinutes(5));

    assertThat(status().reason()).isEqualTo("NoPullRequestProvider");
    assertThat(status().message()).contains("palinode-system/t", "add pullRequest.provider");
    assertThat(pushed).isEmpty();
    assertThat(proposed).isEmpty();
  }

  @Test
  void limitedHost_isWaitedFor() {
    target(true);
    revert(RevertSpec.Mode.PullRequest);
    round = new PullRequestOutcome.Later(Duration.ofSeconds(90), "slow down");

    Optional<Duration> again = reconciler.look(NAME);

    assertThat(again).hasValueSatisfying(w -> assertThat(w).isBetween(s(90), s(91)));
    assertThat(status().phase()).isEqualTo(Phase.Pending);
    assertThat(status().reason()).isEqualTo("RateLimited");
    now = now.plusSeconds(60);
    assertThat(reconciler.look(NAME)).isPresent();
    assertThat(proposed).hasSize(1);
    now = now.plusSeconds(31);
    round = new PullRequestOutcome.Open(URL, "Opened.");
    reconciler.look(NAME);
    assertThat(status().phase()).isEqualTo(Phase.PullRequest);
    assertThat(status().nextAttempt()).isNull();
  }

  @Test
  void silentHost_doesNotLoseTheOpenOne() {
    target(true);
    revert(RevertSpec.Mode.PullRequest);
    reconciler.look(NAME);
    round = new PullRequestOutcome.Settled(Optional.empty(), new WriteOutcome.Unreachable("away"));

    assertThat(reconciler.look(NAME)).contains(Duration.ofSeconds(30));

    assertThat(status().phase()).isEqualTo(Phase.PullRequest);
    assertThat(status().reason()).isEqualTo("Unreachable");
    assertThat(status().pullRequest()).isEqualTo(URL);
  }

  @Test
  void superseded_isDone() {
    target(true);
    revert(RevertSpec.Mode.PullRequest);
    round = new PullRequestOutcome.Superseded(Optional.of(URL), "another release is there");

    assertThat(reconciler.look(NAME)).isEmpty();
    assertThat(status().phase()).isEqualTo(Phase.Superseded);
    assertThat(status().pullRequest()).isEqualTo(URL);
  }

  private static Duration s(int seconds) {
    return Duration.ofSeconds(seconds);
  }

  private void revert(RevertSpec.Mode mode) {
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
            new CanarySpec.Source(GIT, "main", "app"),
            new RevertSpec.ObjectRef("apps/v1", "Deployment", "shop", "checkout"),
            new RevertSpec.State("f".repeat(40), "sha256:f", Map.of("checkout", "checkout:2")),
            new RevertSpec.State("a".repeat(40), "sha256:a", Map.of("checkout", "checkout:1")),
            mode,
            null));
    client.resource(revert).create();
  }

  private void target(boolean proposes) {
    GitTarget target = new GitTarget();
    target.setMetadata(
        new ObjectMetaBuilder().withNamespace("palinode-system").withName("t").build());
    target.setSpec(
        new GitTargetSpec(
            GIT,
            "main",
            null,
            List.of(new GitTargetSpec.Grant(null, List.of("shop"), List.of("app/"))),
            null,
            null,
            null,
            null,
            proposes
                ? new GitTargetSpec.PullRequest(GitTargetSpec.Provider.GITEA, null, null, null)
                : null,
            null,
            message,
            null,
            provider,
            null));
    client.resource(target).create();
  }

  private Revert revert() {
    return client.resources(Revert.class).inNamespace(NAME.namespace()).withName(NAME.name()).get();
  }

  private RevertStatus status() {
    return revert().getStatus();
  }
}
