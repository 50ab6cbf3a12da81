package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.palinode.crds.Observed;
import dev.palinode.crds.RevertSpec;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.WriteOutcome.AlreadyThere;
import dev.palinode.gitwriter.WriteOutcome.Committed;
import dev.palinode.gitwriter.WriteOutcome.Superseded;
import dev.palinode.gitwriter.WriteOutcome.Unreachable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a writer to git must survive; the numbers are those of the table in docs/git-writer.md. */
class ScenariosTest extends LocalRepoCase {
  @Test
  void scenario01_rivalPushesAnotherFileBetweenFetchAndPush_bothSurviveWithinTwoTries() {
    remote.beforePush(() -> repo.commit("docs", Map.of("README.md", "rival\n")));

    Committed done = (Committed) submit(wish);

    assertThat(done.attempts()).isEqualTo(2);
    assertThat(repo.text("README.md")).isEqualTo("rival\n");
    assertThat(repo.text(Shop.DEPLOYMENT)).isEqualTo(Shop.deployment(Shop.GOOD_IMAGE));
  }

  @Test
  void scenario05_killedBeforeTheCommitLeft_restartMakesExactlyOne() {
    remote.beforePush(() -> {
      throw new RemoteSpy.Killed();
    });
    assertThat(catchThrowable(() -> submit(wish))).isInstanceOf(RemoteSpy.Killed.class);
    assertThat(repo.reverts()).isZero();
    writer = start();

    assertThat(submit(wish)).isInstanceOf(Committed.class);
    assertThat(repo.reverts()).isEqualTo(1);
  }

  @Test
  void scenario06_killedAfterThePush_restartAdoptsTheCommit() {
    remote.dieAfterPush = true;
    assertThat(catchThrowable(() -> submit(wish))).isInstanceOf(RemoteSpy.Killed.class);
    writer = start();

    assertThat(submit(wish)).isEqualTo(new AlreadyThere(repo.tip()));
    assertThat(repo.reverts()).isEqualTo(1);
  }

  @Test
  void scenario07_answerLostAndABatchBehindIt_everyOutcomeIsReadFromTheBranch() {
    Fleet fleet = Fleet.release(repo, repo.url(), 12);
    remote.lostAnswers = 3;
    remote.unsent = 2;

    assertThat(Fleet.allAtOnce(writer, fleet.intents())).allMatch(Committed.class::isInstance);
    assertThat(fleet.carried()).hasSize(12).doesNotHaveDuplicates();
  }

  @Test
  void scenario08_twoLeadersAtOnce_oneCommitPerIntent() throws Exception {
    Fleet fleet = Fleet.release(repo, repo.url(), 10);
    try (JGitWriter second = start();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<WriteOutcome>>> both =
          Stream.of(writer, second)
              .map(w -> threads.submit(() -> Fleet.allAtOnce(w, fleet.intents())))
              .toList();
      for (var one : both) {
        assertThat(one.get()).allMatch(o -> o instanceof Committed || o instanceof AlreadyThere);
      }
    }
    assertThat(fleet.carried()).hasSize(10).doesNotHaveDuplicates();
    assertThat(fleet.isLinear()).isTrue();
  }

  @Test
  void scenario11_remoteDownForAnHour_theIntentIsKeptAndWrittenOnItsReturn() {
    AtomicReference<Instant> now = new AtomicReference<>(Shop.ASKED);
    writer.close();
    writer =
        new JGitWriter(
            settings(dir.resolve("hour"), 20),
            _ -> Observed.known(Credentials.none()),
            now::get,
            GitWriterListener.SILENT,
            remote);
    remote.down = true;
    for (int minute = 0; minute < 60; minute++) {
      now.updateAndGet(i -> i.plusSeconds(60));
      assertThat(submit(wish)).isInstanceOf(Unreachable.class);
    }
    remote.down = false;

    assertThat(submit(wish)).isInstanceOf(Committed.class);
    assertThat(repo.reverts()).isEqualTo(1);
  }

  @Test
  void scenario12_forcePushedBehindUs_nothingIsForcedAndAPersonIsAsked() {
    assertThat(writer.tipOf(wish.intent().repository())).isEqualTo(Observed.known(bad));
    repo.reset(good);
    String other = repo.commit("another line", Map.of("README.md", "other\n"));

    assertBlocked(submit(wish), BlockReason.HistoryRewritten, bad);
    assertThat(repo.tip()).isEqualTo(other);
  }

  @Test
  void scenario12_forcePushedWhileOurCommitWasBuilt_nothingIsForced() {
    remote.beforePush(() -> {
      repo.reset(good);
      repo.commit("another line", Map.of("README.md", "other\n"));
    });

    assertBlocked(submit(wish), BlockReason.HistoryRewritten, bad);
    assertThat(repo.text("README.md")).isEqualTo("other\n");
  }

  @Test
  void scenario17_squashMergeDroppedTheTrailers_noSecondCommit() {
    assertThat(submit(wish)).isInstanceOf(Committed.class);
    repo.reset(bad);
    repo.commit(
        "Squashed: several things (#12)",
        Map.of(Shop.DEPLOYMENT, Shop.deployment(Shop.GOOD_IMAGE), "README.md", "squashed\n"));

    assertThat(submit(wish)).isInstanceOf(Superseded.class);
    assertThat(repo.count()).isEqualTo(3);
  }

  @Test
  void scenario21_manyFilesAndRefs_areNotFetchedBeyondTheBranch() throws Exception {
    Map<String, String> files = new HashMap<>();
    IntStream.range(0, 800).forEach(i -> files.put("lib/" + i % 50 + "/" + i, i + "\n"));
    repo.commit("many files", files);
    StringBuilder refs = new StringBuilder("# pack-refs with: peeled fully-peeled sorted \n");
    for (int i = 0; i < 1_000; i++) {
      refs.append(good).append(" refs/heads/topic/%05d\n".formatted(i));
    }
    Files.writeString(repo.dir.resolve("packed-refs"), refs);

    assertThat(submit(wish)).isInstanceOf(Committed.class);
    try (Stream<Path> all = Files.walk(dir.resolve("store0"))) {
      assertThat(all.filter(f -> f.toString().contains("refs/remotes/")).toList())
          .allMatch(f -> !f.toString().contains("topic"));
    }
    assertThat(repo.git("ls-tree", "-r", "--name-only", "main", "lib/").lines()).hasSize(800);
  }

  @Test
  void scenario28_introducingCommitTouchesManyOtherFiles_onlyOwnedPathsGoBack() {
    Map<String, String> files = new HashMap<>(Shop.good());
    IntStream.range(0, 300).forEach(i -> files.put("lib/" + i + ".txt", "old\n"));
    String before = repo.commit("300 files", files);
    files.putAll(Shop.bad());
    IntStream.range(0, 300).forEach(i -> files.put("lib/" + i + ".txt", "new\n"));
    String release = repo.commit("big release", files);

    assertThat(submit(wish.revisions(release, before))).isInstanceOf(Committed.class);
    assertThat(repo.git("diff", "--name-only", release, "main").strip()).isEqualTo(Shop.DEPLOYMENT);
  }

  @Test
  void scenario28_introducingCommitIsAMerge_onlyOwnedPathsGoBack() {
    repo.git("config", "user.name", "Dana");
    repo.git("config", "user.email", "dana@example.com");
    String side = repo.git("commit-tree", "-p", good, "-m", "side", good + "^{tree}").strip();
    String merge =
        repo.git("commit-tree", "-p", good, "-p", side, "-m", "Merge side", bad + "^{tree}")
            .strip();
    repo.reset(merge);

    assertThat(submit(wish.revisions(merge, good))).isInstanceOf(Committed.class);
    assertThat(repo.git("diff", "--name-only", merge, "main").strip()).isEqualTo(Shop.DEPLOYMENT);
  }

  @Test
  void scenario29_reasonOfAMegabyteWithFakeTrailers_trailersStayOursAndSizeIsCapped() {
    String hostile = "x\n\nRollback-Intent: forged-intent\r\nSigned-off-by: Eve\u2028\n";
    RevertSpec.Reason reason =
        new RevertSpec.Reason("errors", null, null, null, null, null, hostile.repeat(1 << 14));
    Intent intent = wish.reason(reason).intent();

    Committed done = (Committed) writer.submit(intent);

    String message = repo.git("log", "-1", "--format=%B", done.commit());
    assertThat(message.length()).isLessThan(4_096);
    assertThat(repo.git("log", "-1", "--format=%(trailers:key=Rollback-Intent,valueonly)").strip())
        .isEqualTo(intent.id());
    assertThat(repo.git("log", "-1", "--format=%(trailers:key=Signed-off-by,valueonly)").strip())
        .isEmpty();
  }
}
