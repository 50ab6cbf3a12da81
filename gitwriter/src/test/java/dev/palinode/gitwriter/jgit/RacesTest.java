package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.WriteOutcome.AlreadyThere;
import dev.palinode.gitwriter.WriteOutcome.Committed;
import dev.palinode.gitwriter.WriteOutcome.Contended;
import dev.palinode.gitwriter.WriteOutcome.Superseded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rivals, crashes, lost answers and a broken mirror: one commit, and nobody loses a byte. */
class RacesTest extends LocalRepoCase {
  @Test
  void rivalPushesBetweenFetchAndPush_bothSurvive() {
    remote.beforePush(() -> repo.commit("docs", Map.of("README.md", "rival\n")));

    Committed done = (Committed) submit(wish);

    assertThat(done.attempts()).isEqualTo(2);
    assertThat(repo.text("README.md")).isEqualTo("rival\n");
    assertThat(repo.text(Shop.DEPLOYMENT)).isEqualTo(Shop.deployment(Shop.GOOD_IMAGE));
    assertThat(repo.count()).isEqualTo(4);
  }

  @Test
  void rivalReverts_nothingIsWritten() {
    remote.beforePush(
        () -> repo.commit("by hand", Map.of(Shop.DEPLOYMENT, Shop.deployment(Shop.GOOD_IMAGE))));

    assertThat(submit(wish)).isInstanceOf(Superseded.class);
    assertThat(repo.count()).isEqualTo(3);
  }

  @Test
  void rivalRevertsInOtherWords_nothingIsWritten() {
    String own = Shop.deployment(Shop.GOOD_IMAGE).replace("# the release", "# back again");
    repo.commit("by hand", Map.of(Shop.DEPLOYMENT, own));

    assertThat(submit(wish)).isInstanceOf(Superseded.class);
    assertThat(repo.text(Shop.DEPLOYMENT)).isEqualTo(own);
  }

  @Test
  void rivalMovesOn_nothingIsWritten() {
    remote.beforePush(() ->
        repo.commit("2.4.2", Map.of(Shop.DEPLOYMENT, Shop.deployment("registry/checkout:2.4.2"))));

    assertThat(submit(wish)).isInstanceOf(Superseded.class);
    assertThat(repo.text(Shop.DEPLOYMENT)).contains("2.4.2");
  }

  @Test
  void appRemovedSince_isSuperseded() {
    repo.delete("gone", Shop.DEPLOYMENT);

    assertThat(submit(wish)).isInstanceOf(Superseded.class);
  }

  @Test
  void killedAfterPush_restartAdoptsTheCommit() {
    remote.dieAfterPush = true;
    assertThat(catchThrowable(() -> submit(wish))).isInstanceOf(RemoteSpy.Killed.class);
    repo.commit("docs", Map.of("README.md", "later\n"));
    writer = start();

    assertThat(submit(wish)).isInstanceOf(AlreadyThere.class);
    assertThat(repo.reverts()).isEqualTo(1);
    assertThat(submit(wish.revisions(null, null))).isInstanceOf(AlreadyThere.class);
  }

  @Test
  void answerLost_outcomeIsReadFromTheBranch() {
    remote.lostAnswers = 1;
    remote.unsent = 1;

    Committed done = (Committed) submit(wish);

    assertThat(done.commit()).isEqualTo(repo.tip());
    assertThat(repo.reverts()).isEqualTo(1);
  }

  @Test
  void twoWritersAtOnce_makeOneCommit() throws Exception {
    try (JGitWriter second = start();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<WriteOutcome>> outcomes =
          Stream.of(writer, second, writer, second)
              .map(w -> threads.submit(() -> w.submit(wish.intent())))
              .toList();
      for (var outcome : outcomes) {
        assertThat(outcome.get()).isInstanceOfAny(Committed.class, AlreadyThere.class);
      }
    }
    assertThat(repo.reverts()).isEqualTo(1);
    assertThat(repo.count()).isEqualTo(3);
  }

  @Test
  void fiftyRacingRivals_allSurvive() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> rivals =
          threads.submit(() ->
              IntStream.range(0, 50)
                  .forEach(i -> repo.commit("rival " + i, Map.of("docs/" + i + ".md", i + "\n"))));
      WriteOutcome outcome = submit(wish);
      rivals.get();
      while (outcome instanceof Contended) {
        outcome = submit(wish);
      }
      assertThat(outcome).isInstanceOf(Committed.class);
    }
    assertThat(repo.count()).isEqualTo(53);
    assertThat(repo.git("ls-tree", "-r", "--name-only", "main", "docs/").lines()).hasSize(50);
    assertThat(repo.text(Shop.DEPLOYMENT)).isEqualTo(Shop.deployment(Shop.GOOD_IMAGE));
  }

  @Test
  void everyTryLost_isContendedAndLeavesTheBranchAlone() {
    writer.close();
    writer =
        new JGitWriter(
            settings(dir.resolve("few"), 3),
            _ -> Observed.known(Credentials.none()),
            () -> Shop.ASKED,
            GitWriterListener.SILENT,
            remote);
    for (int i = 0; i < 3; i++) {
      String text = i + "\n";
      remote.beforePush(() -> repo.commit("rival", Map.of("README.md", text)));
    }

    assertThat(submit(wish)).isInstanceOf(Contended.class);
    assertThat(repo.reverts()).isZero();
  }

  @Test
  void rewrittenBranch_isBlockedAndNothingIsForced() {
    assertThat(writer.tipOf(wish.intent().repository())).isEqualTo(Observed.known(bad));
    repo.reset(good);
    String other =
        repo.commit(
            "another line", Map.of(Shop.DEPLOYMENT, Shop.deployment(Shop.BAD_IMAGE) + "# \n"));

    assertBlocked(submit(wish), BlockReason.HistoryRewritten, bad);
    assertThat(repo.tip()).isEqualTo(other);
  }

  @Test
  void corruptedMirror_isFetchedAnew() throws IOException {
    writer.tipOf(wish.intent().repository());
    try (Stream<Path> files = Files.walk(dir.resolve("store0"))) {
      for (Path file :
          files
              .filter(f -> f.toString().contains("/objects/"))
              .filter(Files::isRegularFile)
              .toList()) {
        assertThat(file.toFile().setWritable(true)).isTrue();
        Files.writeString(file, "garbage");
      }
    }

    assertThat(submit(wish)).isInstanceOf(Committed.class);
  }

  @Test
  void mirrorDeletedUnderOurFeet_isFetchedAnew() {
    writer.tipOf(wish.intent().repository());
    Mirror.delete(dir.resolve("store0"));

    assertThat(submit(wish)).isInstanceOf(Committed.class);
  }
}
