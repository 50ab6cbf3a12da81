package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome.Committed;
import dev.palinode.gitwriter.WriteOutcome.Superseded;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which two commits are meant, and which are not believed. */
class RevisionsTest extends LocalRepoCase {
  @Test
  void lastGoodThatIsNoAncestor_isRefused() {
    repo.git("branch", "evil", good);
    String tip = repo.tip();
    repo.reset(good);
    String evil = repo.commit("evil", Map.of(Shop.DEPLOYMENT, Shop.deployment("evil:1")));
    repo.reset(tip);

    assertBlocked(submit(wish.revisions(bad, evil)), BlockReason.HistoryRewritten, evil);
    assertBlocked(submit(wish.revisions(good, bad)), BlockReason.HistoryRewritten);
    assertBlocked(submit(wish.revisions(bad, bad)), BlockReason.CannotMap);
    assertBlocked(submit(wish.revisions("main", good)), BlockReason.BadIntent);
  }

  @Test
  void lastGoodReplacedTooLongAgo_isRefused() {
    writeAt(Shop.ASKED.plus(Duration.ofDays(31)));

    assertBlocked(submit(wish), BlockReason.TooOld, "maxAge");
  }

  /** Counted from the good commit's own time, an app left alone for a month could not go back. */
  @Test
  void lastGoodIsOldButWasCurrentUntilLately_isGoneBackTo() {
    repo.reset(good);
    for (int i = 0; i < 12; i++) {
      repo.commit("tick", Map.of("README.md", i + "\n"));
    }
    String failed = repo.commit("checkout 2.4.1", Shop.bad());
    writeAt(Shop.T0.plus(Duration.ofDays(30)).plus(Duration.ofHours(1)));

    assertThat(submit(wish.revisions(failed, good))).isInstanceOf(Committed.class);
  }

  private void writeAt(Instant now) {
    writer.close();
    writer =
        new JGitWriter(
            settings(dir.resolve("late"), 20),
            _ -> Observed.known(Credentials.none()),
            () -> now,
            GitWriterListener.SILENT,
            remote);
  }

  @Test
  void noRevisionTold_historyIsSearchedByImages() {
    repo.commit("docs", Map.of("README.md", "x\n"));

    Committed done = (Committed) submit(wish.revisions(null, null));

    assertThat(done.files()).containsExactly(Shop.DEPLOYMENT);
    assertThat(repo.git("log", "-1", "--format=%(trailers:key=Rollback-Of,valueonly)").strip())
        .isEqualTo(bad);
  }

  @Test
  void noRevisionToldAndSameImages_theStateBeforeTheLastChangeIsMeant() {
    String before = repo.commit("docs", Map.of("README.md", "x\n"));
    repo.commit("config", Map.of(Shop.CONFIG, Shop.config("0s")));
    repo.commit("docs", Map.of("README.md", "y\n"));
    var state = Shop.state(null, Shop.BAD_IMAGE);

    Committed done = (Committed) submit(wish.states(state, state));

    assertThat(done.files()).containsExactly(Shop.CONFIG);
    assertThat(repo.text(Shop.CONFIG)).isEqualTo(Shop.config("1s"));
    assertThat(repo.git("log", "-1", "--format=%B")).contains("Rollback-Good: " + before);
  }

  @Test
  void noRevisionToldAndBranchMovedOn_isSuperseded() {
    repo.commit("2.4.2", Map.of(Shop.DEPLOYMENT, Shop.deployment("registry/checkout:2.4.2")));

    assertThat(submit(wish.revisions(null, null))).isInstanceOf(Superseded.class);
    assertBlocked(
        submit(wish.states(Shop.state(null, "never:1"), Shop.state(null, Shop.GOOD_IMAGE))),
        BlockReason.RevisionUnknown);
  }

  @Test
  void changeAfterTheFailureWasSeen_isNotTakenForThePartThatFailed() {
    String later = Shop.deployment(Shop.BAD_IMAGE).replace("replicas: 3", "replicas: 9");
    for (int i = 0; i < 64; i++) {
      if (i == 62) {
        repo.commit("scale", Map.of(Shop.DEPLOYMENT, later));
      } else {
        repo.commit("tick", Map.of("README.md", i + "\n"));
      }
    }

    assertThat(submit(wish.revisions(null, null))).isInstanceOf(Committed.class);
    assertThat(repo.text(Shop.DEPLOYMENT))
        .isEqualTo(Shop.deployment(Shop.GOOD_IMAGE).replace("replicas: 3", "replicas: 9"));
  }

  @Test
  void revisionOf_findsTheNewestCommitWithTheImages() {
    repo.commit("docs", Map.of("README.md", "x\n"));
    Repository repository = wish.intent().repository();

    assertThat(
            writer.revisionOf(
                repository, Shop.PATH, Shop.object(), Map.of("checkout", Shop.BAD_IMAGE)))
        .isEqualTo(Observed.known(repo.tip()));
    assertThat(
            writer.revisionOf(
                repository, Shop.PATH, Shop.object(), Map.of("checkout", Shop.GOOD_IMAGE)))
        .isEqualTo(Observed.known(good));
    assertThat(writer.revisionOf(repository, Shop.PATH, Shop.object(), Map.of("checkout", "no:1")))
        .isEqualTo(Observed.missing());
    assertThat(
            writer.revisionOf(
                new Repository(repo.url() + "x", "main"),
                Shop.PATH,
                Shop.object(),
                Map.of("a", "b")))
        .isInstanceOf(Observed.Unreadable.class);
  }
}
