package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome.Blocked;
import dev.palinode.gitwriter.WriteOutcome.Refused;
import dev.palinode.gitwriter.WriteOutcome.Unreachable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is not written, and what a person is told then. */
class RefusalsTest extends LocalRepoCase {
  @Test
  void configOfTwoApps_isBlocked() {
    String cart = Shop.otherDeployment("cart").replace("cart-config", "checkout-config");
    good = repo.commit("cart", Map.of("apps/checkout/cart.yaml", cart));
    bad = repo.commit("bad", Map.of(Shop.CONFIG, Shop.config("9s")));

    assertBlocked(
        submit(wish.states(Shop.state(bad, Shop.BAD_IMAGE), Shop.state(good, Shop.BAD_IMAGE))),
        BlockReason.SharedFile,
        "checkout-config");
  }

  @Test
  void linesChangedAfterTheRelease_areBlockedAndTheCommitIsNamed() {
    String slow = Shop.deployment(Shop.BAD_IMAGE).replace("  paused", "  slow: 1\n  paused");
    bad = repo.commit("bad", Map.of(Shop.DEPLOYMENT, slow));
    String more = slow.replace("slow: 1", "slow: 9");
    String later = repo.commit("slower", Map.of(Shop.DEPLOYMENT, more));

    assertBlocked(
        submit(wish.revisions(bad, good)),
        BlockReason.FileChanged,
        Shop.DEPLOYMENT,
        later.substring(0, 12),
        "/spec/slow");
    assertThat(repo.text(Shop.DEPLOYMENT)).isEqualTo(more);
  }

  @Test
  void symlink_isNeverFollowedOrWritten() {
    good = repo.commit("link", Map.of("apps/checkout/extra", "-> ../../README.md"));
    bad =
        repo.commit(
            "file",
            Map.of(
                "apps/checkout/extra",
                "text\n",
                Shop.DEPLOYMENT,
                Shop.deployment(Shop.BAD_IMAGE) + "#\n"));

    assertBlocked(
        writer.submit(
            wish.states(Shop.state(bad, Shop.BAD_IMAGE), Shop.state(good, Shop.BAD_IMAGE))
                .files("apps/checkout/extra")
                .intent()),
        BlockReason.UnsupportedFile,
        "Symlink");
  }

  @Test
  void pathsOutsideTheGrant_areRefusedBeforeAnythingIsFetched() {
    assertBlocked(submit(wish.path("apps/checkout/../cart")), BlockReason.BadIntent);
    assertBlocked(submit(wish.path("apps/checkout/.GIT")), BlockReason.BadIntent);
    assertBlocked(submit(wish.path("/apps/checkout")), BlockReason.BadIntent);
    assertBlocked(submit(wish.path("apps/cart")), BlockReason.NotGranted, "apps/cart");
    assertBlocked(submit(wish.path("apps/checkout-admin")), BlockReason.NotGranted);
    assertBlocked(submit(wish.path("")), BlockReason.NotGranted);
    assertBlocked(submit(wish.files("README.md")), BlockReason.NotGranted, "README.md");
    assertBlocked(submit(wish.grants()), BlockReason.NotGranted);
    assertBlocked(
        submit(
            wish.grants(
                new dev.palinode.crds.GitTargetSpec.Grant(
                    "prod-us", List.of("shop"), List.of("/")))),
        BlockReason.NotGranted,
        "prod-eu");
    assertBlocked(
        submit(
            wish.grants(
                new dev.palinode.crds.GitTargetSpec.Grant(null, List.of("cart"), List.of("/")))),
        BlockReason.NotGranted,
        "namespace shop");
    assertThat(remote.fetches).isZero();
  }

  @Test
  void objectOfAnotherNamespace_isNotFound() {
    good =
        repo.commit(
            "moved",
            Map.of(
                Shop.DEPLOYMENT,
                Shop.deployment(Shop.GOOD_IMAGE).replace("namespace: shop", "namespace: bank")));
    bad =
        repo.commit(
            "moved",
            Map.of(
                Shop.DEPLOYMENT,
                Shop.deployment(Shop.BAD_IMAGE).replace("namespace: shop", "namespace: bank")));

    assertBlocked(submit(wish.revisions(bad, good)), BlockReason.CannotMap);
  }

  @Test
  void hookOfALocalRepository_isHeardInItsOwnWords() {
    repo.hook("pre-receive", "echo 'change freeze until Monday: ask #release'; exit 1\n");

    Refused refused = (Refused) submit(wish);

    assertThat(refused.message())
        .contains("change freeze until Monday: ask #release", "pre-receive hook declined");
    assertThat(remote.pushes).isEqualTo(1);
    assertThat(repo.tip()).isEqualTo(bad);
  }

  @Test
  void unknownRejection_isTriedThreeTimesThenTold() {
    repo.hook("update", "echo 'the moon is wrong'; exit 1\n");

    assertThat(submit(wish)).isInstanceOf(Refused.class);
    assertThat(remote.pushes).isLessThanOrEqualTo(3);
  }

  @Test
  void missingRepositoryOrBranch_isBlockedWithWhatToDo() {
    var other = Shop.wish(dir.resolve("none.git").toString()).revisions(bad, good);
    assertThat(submit(other)).isInstanceOf(Blocked.class).asString().contains("RepositoryMissing");
    Intent i = wish.intent();
    Intent branch =
        new Intent(
            i.id(),
            i.cluster(),
            new Repository(repo.url(), "nope"),
            i.path(),
            i.files(),
            i.object(),
            i.failed(),
            i.lastGood(),
            i.reason(),
            i.createdAt(),
            i.grants(),
            i.maxAge(),
            i.author(),
            i.budget(),
            false);
    assertThat(writer.submit(branch))
        .isInstanceOf(Blocked.class)
        .asString()
        .contains("no such branch");
  }

  @Test
  void missingCredentials_blockAndUnreadableOnesWait() {
    try (JGitWriter none =
            new JGitWriter(
                settings(dir.resolve("c1"), 1), _ -> Observed.missing(), () -> Shop.ASKED);
        JGitWriter away =
            new JGitWriter(
                settings(dir.resolve("c2"), 1),
                _ -> Observed.unreadable("api down"),
                () -> Shop.ASKED)) {
      assertThat(none.submit(wish.intent())).asString().contains("Credentials");
      assertThat(away.submit(wish.intent())).isInstanceOf(Unreachable.class);
    }
  }
}
