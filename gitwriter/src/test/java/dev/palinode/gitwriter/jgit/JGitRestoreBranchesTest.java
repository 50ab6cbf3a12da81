package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Restoration;
import dev.palinode.gitwriter.RestoreBranches.Request;
import dev.palinode.gitwriter.RestoreBranches.Upkeep;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JGitRestoreBranchesTest {
  private static final String BRANCH = "rollback/shop-checkout-7f9c2d41";

  @TempDir Path dir;
  private BareRepo repo;
  private Shop.Wish wish;
  private JGitRestoreBranches branches;
  private String bad;

  @BeforeEach
  void releaseGoodThenBad() {
    repo = BareRepo.create(dir);
    String good = repo.commit("checkout 2.4.0", Shop.good());
    bad = repo.commit("checkout 2.4.1", Shop.bad());
    wish = Shop.wish(repo.url()).revisions(bad, good);
    branches =
        new JGitRestoreBranches(
            LocalRepoCase.settings(dir.resolve("store"), 3),
            _ -> Observed.known(Credentials.none()),
            () -> Shop.ASKED);
  }

  @AfterEach
  void nothingIsBroken() {
    branches.close();
    repo.fsck();
  }

  private Restoration restore(Upkeep upkeep) {
    return branches.restore(
        wish.intent(), new Request(BRANCH, upkeep, List.of(".github/CODEOWNERS", "CODEOWNERS")));
  }

  private Restoration.Ready ready(Upkeep upkeep) {
    Restoration restoration = restore(upkeep);
    assertThat(restoration).isInstanceOf(Restoration.Ready.class);
    return (Restoration.Ready) restoration;
  }

  private WriteOutcome settled(Upkeep upkeep) {
    Restoration restoration = restore(upkeep);
    assertThat(restoration).isInstanceOf(Restoration.Settled.class);
    return ((Restoration.Settled) restoration).outcome();
  }

  private String head() {
    return repo.git("rev-parse", "refs/heads/" + BRANCH).strip();
  }

  private boolean hasBranch() {
    return !repo.git("for-each-ref", "refs/heads/" + BRANCH).isBlank();
  }

  /** What a person's merge button makes: a commit with both as parents, or with the base alone. */
  private void merge(boolean isSquash) {
    String tree = repo.git("merge-tree", "--write-tree", "main", BRANCH).lines().findFirst().get();
    String made =
        isSquash
            ? repo.git(
                "-c",
                "user.name=p",
                "-c",
                "user.email=p@x",
                "commit-tree",
                tree,
                "-p",
                "main",
                "-m",
                "squashed")
            : repo.git(
                "-c",
                "user.name=p",
                "-c",
                "user.email=p@x",
                "commit-tree",
                tree,
                "-p",
                "main",
                "-p",
                BRANCH,
                "-m",
                "Merge");
    repo.git("update-ref", "refs/heads/main", made.strip());
  }

  /** A head that CI leaves alone never gets the checks that its merge waits for. */
  @Test
  void skippedCi_isForDirectCommitsOnly() {
    wish = wish.skippingCi();

    assertThat(ready(Upkeep.Keep).message()).doesNotContain("[skip ci]");
    assertThat(repo.git("log", "-1", "--format=%B", BRANCH)).doesNotContain("[skip ci]");
  }

  @Test
  void restore_isOneCommitOnItsOwnBranch() {
    Restoration.Ready made = ready(Upkeep.Keep);

    assertThat(made.isNew()).isTrue();
    assertThat(made.head()).isEqualTo(head());
    assertThat(made.files()).containsExactly(Shop.DEPLOYMENT);
    assertThat(made.message()).startsWith("Revert \"checkout 2.4.1\"").contains("Rollback-Intent");
    assertThat(made.introduced()).containsExactly(new Restoration.Introduced(bad, "Dana"));
    assertThat(made.owners()).isEmpty();
    assertThat(repo.tip()).as("the base is left alone").isEqualTo(bad);
    assertThat(repo.git("diff", "--name-only", "main", BRANCH).strip()).isEqualTo(Shop.DEPLOYMENT);
    assertThat(repo.git("rev-list", "--count", "main.." + BRANCH).strip()).isEqualTo("1");
  }

  @Test
  void repeat_writesNothing() {
    String first = ready(Upkeep.Keep).head();

    assertThat(ready(Upkeep.Keep).head()).isEqualTo(first);
    assertThat(ready(Upkeep.Rebase).head()).isEqualTo(first);
    assertThat(ready(Upkeep.Keep).isNew()).isFalse();
  }

  @Test
  void look_writesNothing() {
    assertThat(restore(Upkeep.Look)).isEqualTo(new Restoration.Wanted(List.of(Shop.DEPLOYMENT)));
    assertThat(hasBranch()).isFalse();
  }

  @Test
  void unrelatedCommits_leaveTheReviewedHead() {
    String reviewed = ready(Upkeep.Keep).head();
    for (int i = 0; i < 10; i++) {
      repo.commit("rival " + i, Map.of("apps/cart/" + i + ".yaml", "a: 1\n"));
    }

    assertThat(ready(Upkeep.Keep).head()).isEqualTo(reviewed);
    merge(false);
    assertThat(repo.text(Shop.DEPLOYMENT)).isEqualTo(Shop.deployment(Shop.GOOD_IMAGE));
    assertThat(repo.has("apps/cart/9.yaml")).isTrue();
  }

  @Test
  void rebase_standsOnTheTip() {
    String before = ready(Upkeep.Keep).head();
    String tip = repo.commit("rival", Map.of("apps/cart/d.yaml", "a: 1\n"));

    String after = ready(Upkeep.Rebase).head();

    assertThat(after).isNotEqualTo(before).isEqualTo(head());
    assertThat(repo.git("rev-parse", BRANCH + "^").strip()).isEqualTo(tip);
  }

  @Test
  void planThatChanged_replacesTheBranch() {
    String before = ready(Upkeep.Keep).head();
    repo.commit("spelled anew", Map.of(Shop.CONFIG, Shop.config("1s")));
    repo.commit("by hand, the config too", Map.of(Shop.CONFIG, Shop.config("1s") + "# same\n"));
    repo.git("update-ref", "refs/heads/" + BRANCH, stale());

    String after = ready(Upkeep.Keep).head();

    assertThat(after).isNotEqualTo(before).isEqualTo(head());
    assertThat(repo.git("diff", "--name-only", "main", BRANCH).strip()).isEqualTo(Shop.DEPLOYMENT);
  }

  /** A commit of ours, as far as its words go, with a tree that is not the plan's. */
  private String stale() {
    String tree = repo.git("rev-parse", "main~3^{tree}").strip();
    return repo.git(
            "-c",
            "user.name=Palinode",
            "-c",
            "user.email=palinode@example.com",
            "commit-tree",
            tree,
            "-p",
            "main",
            "-m",
            "old\n\nRollback-Intent: 7f9c2d41aa")
        .strip();
  }

  @Test
  void strangersCommit_isNeverReplaced() {
    ready(Upkeep.Keep);
    String tree = repo.git("rev-parse", BRANCH + "^{tree}").strip();
    String theirs =
        repo.git(
                "-c",
                "user.name=kim",
                "-c",
                "user.email=kim@x",
                "commit-tree",
                tree,
                "-p",
                BRANCH,
                "-m",
                "and this")
            .strip();
    repo.git("update-ref", "refs/heads/" + BRANCH, theirs);
    repo.commit("rival", Map.of("x", "y"));

    for (Upkeep upkeep : List.of(Upkeep.Keep, Upkeep.Rebase)) {
      assertThat(settled(upkeep))
          .isInstanceOfSatisfying(
              WriteOutcome.Blocked.class,
              b -> assertThat(b.reason()).isEqualTo(BlockReason.BranchTaken));
    }
    assertThat(head()).isEqualTo(theirs);
  }

  @Test
  void mergedBySquash_isKnownByItsContent() {
    ready(Upkeep.Keep);
    merge(true);

    assertThat(settled(Upkeep.Keep)).isInstanceOf(WriteOutcome.Superseded.class);
    assertThat(settled(Upkeep.Look)).isInstanceOf(WriteOutcome.Superseded.class);
  }

  @Test
  void mergedByFastForward_isKnownByItsTrailer() {
    String ours = ready(Upkeep.Keep).head();
    repo.git("update-ref", "refs/heads/main", ours);

    assertThat(settled(Upkeep.Keep)).isEqualTo(new WriteOutcome.AlreadyThere(ours));
  }

  @Test
  void newerRelease_isSuperseded() {
    ready(Upkeep.Keep);
    String ours = head();
    repo.commit("2.4.2", Map.of(Shop.DEPLOYMENT, Shop.deployment("registry/checkout:2.4.2")));

    assertThat(settled(Upkeep.Keep)).isInstanceOf(WriteOutcome.Superseded.class);
    assertThat(head()).isEqualTo(ours);
  }

  @Test
  void owners_areReadAtTheTip() {
    repo.commit("owners", Map.of("CODEOWNERS", "* @old\n"));
    assertThat(ready(Upkeep.Keep).owners()).contains("* @old\n");
    repo.commit("more owners", Map.of(".github/CODEOWNERS", "* @new\n"));
    assertThat(ready(Upkeep.Keep).owners()).contains("* @new\n");
  }

  @Test
  void refusal_keepsTheServersWords() {
    repo.hook("pre-receive", "echo 'GH013: no rollback branches here' >&2; exit 1\n");

    assertThat(settled(Upkeep.Keep))
        .isInstanceOfSatisfying(
            WriteOutcome.Refused.class, r -> assertThat(r.message()).contains("GH013"));
    assertThat(hasBranch()).isFalse();
  }

  @Test
  void ungrantedPath_isRefusedBeforeAnythingIsAsked() {
    wish = wish.grants(Shop.grant("apps/cart/"));

    assertThat(settled(Upkeep.Keep))
        .isInstanceOfSatisfying(
            WriteOutcome.Blocked.class,
            b -> assertThat(b.reason()).isEqualTo(BlockReason.NotGranted));
    assertThat(hasBranch()).isFalse();
  }
}
