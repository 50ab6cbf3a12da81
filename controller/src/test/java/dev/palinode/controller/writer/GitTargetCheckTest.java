package dev.palinode.controller.writer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Conditions;
import dev.palinode.crds.GitTarget;
import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.Observed;
import dev.palinode.crds.RevertSpec;
import dev.palinode.gitwriter.GitHistory;
import dev.palinode.gitwriter.Repository;
import io.fabric8.kubernetes.api.model.Condition;
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
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class GitTargetCheckTest {
  private static final String HOME = "palinode-system";
  private static final String URL = "https://git.example.com/shop/deploy.git";

  KubernetesClient client;
  KubernetesMockServer server;

  private final FakeHistory history = new FakeHistory();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private GitTargetCheck check;

  /** Answers what it is told to, and remembers what it was asked. */
  private static final class FakeHistory implements GitHistory {
    private Observed<String> tip = Observed.known("c0ffee");
    private final List<Repository> asked = new ArrayList<>();

    @Override
    public Observed<String> revisionOf(
        Repository repository,
        String path,
        RevertSpec.ObjectRef object,
        Map<String, String> images) {
      throw new AssertionError("nobody asks for it");
    }

    @Override
    public Observed<String> tipOf(Repository repository) {
      asked.add(repository);
      return tip;
    }
  }

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
    check =
        new GitTargetCheck(
            new SecretCredentials(client, List.of(HOME)), history, (InstantSource) () -> now);
  }

  @Test
  void readableBranch_isReady() {
    target(null);

    check.look();

    assertThat(history.asked).containsExactly(new Repository(URL, "main"));
    assertThat(ready().getStatus()).isEqualTo("True");
    assertThat(ready().getReason()).isEqualTo("Readable");
  }

  @Test
  void wrongToken_isToldBeforeAnythingIsWritten() {
    target(null);
    history.tip = Observed.unreadable("the server does not accept the token");

    check.look();

    assertThat(ready().getStatus()).isEqualTo("False");
    assertThat(ready().getMessage()).isEqualTo("the server does not accept the token");
  }

  @Test
  void missingSecret_isToldWithoutAskingTheServer() {
    target(new GitTargetSpec.SecretRef("git"));

    check.look();

    assertThat(history.asked).isEmpty();
    assertThat(ready().getMessage()).contains("Secret palinode-system/git does not exist");
  }

  @Test
  void missingBranch_saysWhatToDo() {
    target(null);
    history.tip = Observed.missing();

    check.look();

    assertThat(ready().getMessage()).contains("no branch main").contains("correct spec.branch");
  }

  @Test
  void checkedTarget_isLeftAloneForTenMinutes() {
    target(null);
    check.look();
    now = now.plus(Duration.ofMinutes(9));
    check.look();
    assertThat(history.asked).hasSize(1);

    now = now.plus(Duration.ofMinutes(1));
    check.look();
    assertThat(history.asked).hasSize(2);
  }

  @Test
  void changedTarget_isCheckedAtTheNextLook() {
    target(null);
    history.tip = Observed.unreadable("no such host");
    check.look();

    GitTarget target = read();
    target.setSpec(
        new GitTargetSpec(
            URL, "release", null, List.of(), null, null, null, null, null, null, null, null, null,
            null));
    client.resource(target).update();
    history.tip = Observed.known("c0ffee");
    check.look();

    assertThat(ready().getStatus()).isEqualTo("True");
  }

  @Test
  void targetThatTookACommit_keepsSayingSo() {
    target(null);
    new GitTargets(client, List.of(HOME))
        .tell(read(), true, "Written", "The repository takes our commits.", now);

    check.look();

    assertThat(ready().getReason()).isEqualTo("Written");
  }

  private void target(GitTargetSpec.SecretRef secret) {
    GitTarget target = new GitTarget();
    target.setMetadata(
        new ObjectMetaBuilder().withNamespace(HOME).withName("t").withGeneration(1L).build());
    target.setSpec(
        new GitTargetSpec(
            URL, "main", secret, List.of(), null, null, null, null, null, null, null, null, null,
            null));
    client.resource(target).create();
  }

  private GitTarget read() {
    return client.resources(GitTarget.class).inNamespace(HOME).withName("t").get();
  }

  private Condition ready() {
    return Conditions.find(read().getStatus().conditions(), Conditions.READY).orElseThrow();
  }
}
