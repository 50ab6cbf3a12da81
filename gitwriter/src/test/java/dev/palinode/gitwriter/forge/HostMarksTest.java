package dev.palinode.gitwriter.forge;

import static dev.palinode.gitwriter.forge.HostServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.GitTargetSpec.Merge;
import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.Shop;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The mark on a failed commit whose revert was pushed, at every kind of host. */
@ParameterizedClass
@EnumSource
class HostMarksTest {
  private static final String FAILED = "b".repeat(40);
  private static final String COMMIT = "c".repeat(40);
  private static HostServer server;

  @Parameter Kind kind;

  private final FakeHost host = new FakeHost();
  private HttpForges forges;

  @BeforeAll
  static void start() {
    server = new HostServer();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void connect() {
    server.play(kind.api.apply(host), kind.root);
    forges =
        new HttpForges(
            _ -> Observed.known(Credentials.token("t0ken", "a test")),
            new ForgeHttp.Timing(Duration.ofSeconds(10), Duration.ofMinutes(5)),
            () -> Shop.ASKED,
            ForgeListener.SILENT);
  }

  @AfterEach
  void end() {
    forges.close();
  }

  private void push(String failed) {
    new HostMarks(forges, Runnable::run)
        .pushed(
            Shop.wish(kind.url).revisions(failed, "a".repeat(40)).intent(),
            kind.wanted(server.url(), Merge.ByPerson),
            COMMIT);
  }

  @Test
  void pushedRevert_marksTheFailedCommitOnce() {
    push(FAILED);

    assertThat(host.marks).containsExactly(java.util.Map.entry(FAILED, "failure"));
    assertThat(server.seen).hasSize(1);
  }

  @Test
  void mark_leadsToTheRevert() {
    var found =
        forges.of(new Repository(kind.url, "main"), kind.wanted(server.url(), Merge.ByPerson));

    assertThat(((Forges.Found.Usable) found).forge().pageOf(COMMIT))
        .isEqualTo(
            switch (kind) {
              case GITHUB -> "https://github.com/shop/deploy/commit/" + COMMIT;
              case GITHUB_ENTERPRISE -> "https://ghe.example.com/shop/deploy/commit/" + COMMIT;
              case GITLAB -> "https://gitlab.example.com/shop/team/deploy/-/commit/" + COMMIT;
              case GITEA -> "https://gitea.example.com/shop/deploy/commit/" + COMMIT;
              case FORGEJO -> "https://codeberg.org/shop/deploy/commit/" + COMMIT;
              case BITBUCKET_CLOUD -> "https://bitbucket.org/shop/deploy/commits/" + COMMIT;
              case BITBUCKET_DATA_CENTER ->
                  "https://bb.example.com/projects/SHOP/repos/deploy/commits/" + COMMIT;
              case AZURE_DEVOPS -> "https://dev.azure.com/acme/shop/_git/deploy/commit/" + COMMIT;
            });
  }

  @Test
  void refusingHost_isAskedOnceAndNobodySuffers() {
    server.fail(json(403, FakeApi.message("no right to statuses")));
    push(FAILED);

    assertThat(server.seen).hasSize(1);
    assertThat(host.marks).isEmpty();
  }

  @Test
  void failedStateWithoutACommit_marksNothing() {
    push(null);
    push("main@sha1:" + FAILED);

    assertThat(server.seen).isEmpty();
  }
}
