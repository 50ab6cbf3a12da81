package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.RevertSpec;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome.Committed;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What comes back, and what the commit that brings it says. */
class RestoreTest extends LocalRepoCase {
  @Test
  void badRelease_goesBackByteForByteInOneCommit() {
    Committed done = (Committed) submit(wish);

    assertThat(done.commit()).isEqualTo(repo.tip());
    assertThat(done.files()).containsExactly(Shop.DEPLOYMENT);
    assertThat(repo.text(Shop.DEPLOYMENT)).isEqualTo(Shop.deployment(Shop.GOOD_IMAGE));
    assertThat(repo.git("rev-parse", "main^{tree}"))
        .isEqualTo(repo.git("rev-parse", good + "^{tree}"));
    assertThat(repo.count()).isEqualTo(3);
  }

  @Test
  void commit_isSignedByTheBotAndSaysWhy() {
    submit(wish);

    assertThat(repo.git("log", "-1", "--format=%an|%ae|%cn|%ce|%at|%ct"))
        .isEqualTo(
            "Palinode|palinode@example.com|Palinode|palinode@example.com|%d|%<d\n"
                .formatted(Shop.ASKED.getEpochSecond()));
    assertThat(repo.git("log", "-1", "--format=%B"))
        .isEqualTo(
            """
            Revert "checkout 2.4.1"

            Deployment shop/checkout goes back to its state of %s: errors, observed 4.8%%, limit 0.6%%, step 1, weight 5.0%%, 1840 requests.
            It undoes %s "checkout 2.4.1" by Dana.
            This reverts commit %s.

            Rollback-Intent: 7f9c2d41aa
            Rollback-Target: prod-eu/shop/Deployment/checkout
            Rollback-Path: apps/checkout
            Rollback-Of: %s
            Rollback-Good: %s
            Rollback-Mode: file
            Rollback-Reason: errors, observed 4.8%%, limit 0.6%%, step 1, weight 5.0%%, 1840 requests
            Rollback-Controller: palinode

            """
                .formatted(good.substring(0, 12), bad.substring(0, 12), bad, bad, good));
  }

  @Test
  void sameIntentOnSameParent_isTheSameCommit() {
    submit(wish);
    String first = repo.tip();
    repo.reset(bad);

    assertThat(submit(wish)).isInstanceOf(Committed.class);
    assertThat(repo.tip()).isEqualTo(first);
  }

  @Test
  void laterForeignCommits_areKept() {
    repo.commit("docs", Map.of("README.md", "new words\n"));
    repo.commit("other app", Map.of("apps/cart/deployment.yaml", Shop.otherDeployment("cart")));

    assertThat(submit(wish)).isInstanceOf(Committed.class);
    assertThat(repo.text("README.md")).isEqualTo("new words\n");
    assertThat(repo.has("apps/cart/deployment.yaml")).isTrue();
    assertThat(repo.text(Shop.DEPLOYMENT)).isEqualTo(Shop.deployment(Shop.GOOD_IMAGE));
  }

  @Test
  void windowsLineEndsNoFinalNewlineAndBinary_areRestoredExactly() {
    byte[] binary = {0, (byte) 0xff, 13, 10, 0, 7};
    String crlf = Shop.deployment(Shop.GOOD_IMAGE).replace("\n", "\r\n").stripTrailing();
    good =
        repo.commitBytes(
            "odd bytes",
            Map.of(
                Shop.DEPLOYMENT,
                crlf.getBytes(StandardCharsets.UTF_8),
                "apps/checkout/blob.bin",
                binary));
    bad =
        repo.commitBytes(
            "2.4.1",
            Map.of(
                Shop.DEPLOYMENT,
                Shop.deployment(Shop.BAD_IMAGE).getBytes(StandardCharsets.UTF_8),
                "apps/checkout/blob.bin",
                new byte[] {1}));

    assertThat(submit(wish.revisions(bad, good).files("apps/checkout/blob.bin")))
        .isInstanceOf(Committed.class);
    assertThat(repo.bytes(Shop.DEPLOYMENT)).isEqualTo(crlf.getBytes(StandardCharsets.UTF_8));
    assertThat(repo.bytes("apps/checkout/blob.bin")).isEqualTo(binary);
  }

  @Test
  void addedAndDeletedFiles_goTheOtherWay() {
    String withSecond = Shop.deployment(Shop.BAD_IMAGE).replace("checkout-config", "checkout-v2");
    String second = Shop.config("9s").replace("checkout-config", "checkout-v2");
    repo.commit(
        "2.4.1", Map.of(Shop.DEPLOYMENT, withSecond, "apps/checkout/v2/config.yaml", second));
    bad = repo.delete("tidy", Shop.CONFIG);

    Committed done = (Committed) submit(wish.revisions(bad, good));

    assertThat(done.files())
        .containsExactly(Shop.CONFIG, Shop.DEPLOYMENT, "apps/checkout/v2/config.yaml");
    assertThat(repo.git("rev-parse", "main^{tree}"))
        .isEqualTo(repo.git("rev-parse", good + "^{tree}"));
    assertThat(repo.git("log", "-1", "--format=%B")).doesNotContain("This reverts commit");
  }

  @Test
  void executableBit_isRestored() {
    good = repo.commit("script", Map.of("apps/checkout/run.sh", "#!/bin/sh\n"));
    bad = repo.commit("2.4.1", Map.of("apps/checkout/run.sh", "echo\n"));
    bad = repo.commit("2.4.1", Map.of(Shop.DEPLOYMENT, Shop.deployment(Shop.BAD_IMAGE) + "# x\n"));
    Intent intent =
        wish.states(Shop.state(bad, Shop.BAD_IMAGE), Shop.state(good, Shop.BAD_IMAGE))
            .files("apps/checkout/run.sh")
            .intent();

    assertThat(writer.submit(intent)).isInstanceOf(Committed.class);
    assertThat(repo.git("ls-tree", "main", "apps/checkout/run.sh")).startsWith("100755");
  }

  @Test
  void configOfTheRelease_goesBackToo() {
    bad = repo.commit("slower", Map.of(Shop.CONFIG, Shop.config("30s")));

    assertThat(submit(wish.revisions(bad, good))).isInstanceOf(Committed.class);
    assertThat(repo.text(Shop.CONFIG)).isEqualTo(Shop.config("1s"));
  }

  @Test
  void laterChangeOfAFileTheReleaseDidNotTouch_isKept() {
    repo.commit("config", Map.of(Shop.CONFIG, Shop.config("7s")));

    assertThat(submit(wish)).isInstanceOf(Committed.class);
    assertThat(repo.text(Shop.CONFIG)).isEqualTo(Shop.config("7s"));
  }

  @Test
  void hostileReason_cannotForgeTrailers() {
    RevertSpec.Reason reason =
        new RevertSpec.Reason(
            "errors\n\nRollback-Intent: forged",
            "1\r\nSigned-off-by: nobody",
            "\u2028Rollback-Good: 0",
            null,
            null,
            null,
            "x".repeat(1 << 20) + "\u0000\u202e");
    String evil = "a\n\nRollback-Intent: 1\u0007";
    bad = repo.commit(evil, Map.of(Shop.DEPLOYMENT, Shop.deployment(Shop.BAD_IMAGE) + "#\n"));

    assertThat(submit(wish.revisions(bad, good).reason(reason))).isInstanceOf(Committed.class);
    assertThat(repo.git("log", "-1", "--format=%(trailers:key=Rollback-Intent,valueonly)").strip())
        .isEqualTo("7f9c2d41aa");
    assertThat(repo.git("log", "-1", "--format=%(trailers:only)").lines().filter(l -> !l.isBlank()))
        .allMatch(l -> l.startsWith("Rollback-"));
    assertThat(repo.git("log", "-1", "--format=%B").length()).isLessThan(4096);
    assertThat(submit(wish.id("abcdefgh\nRollback-X: 1"))).asString().contains("BadIntent");
  }

  @Test
  void warmWriter_isFastEnough() {
    writer.tipOf(wish.intent().repository());
    long[] millis = new long[20];
    for (int i = 0; i < millis.length; i++) {
      repo.reset(bad);
      long start = System.nanoTime();
      assertThat(submit(wish.id("intent-" + i + "-abcdef"))).isInstanceOf(Committed.class);
      millis[i] = Duration.ofNanos(System.nanoTime() - start).toMillis();
    }
    Arrays.sort(millis);
    System.out.println("verdict to pushed on a local path, warm, ms: " + Arrays.toString(millis));
    assertThat(millis[millis.length / 2]).isLessThan(1_500);
  }
}
