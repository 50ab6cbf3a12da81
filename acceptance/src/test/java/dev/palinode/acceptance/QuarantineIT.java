package dev.palinode.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Phase;
import dev.palinode.testbed.Needs;
import dev.palinode.testbed.PalinodeProcess;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Testbed;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A failed release does not come back by itself, whatever else happens in git and cluster. */
@Needs({Part.CONTROL_PLANE, Part.FLUX, Part.GIT, Part.PROMETHEUS, Part.MESH})
@ExtendWith(SharedPalinode.class)
class QuarantineIT {
  @Test
  void editsResyncsAndARestart_stillOneCommitAndNoRequest(
      Testbed testbed, PalinodeProcess palinode) {
    Shop shop = Shop.open(testbed, Shop.quickCanary(), Map.of());
    String tag = "2.0.0-err40";
    shop.release(tag);
    shop.waiting("the revert commit", Duration.ofSeconds(150))
        .until(() -> !shop.revertCommits().isEmpty());
    shop.awaitServing("1.0.0", Duration.ofSeconds(90));
    Instant after = Instant.now();

    for (int i = 1; i <= 20; i++) {
      shop.git.commit(Map.of("README.md", "Edit " + i + "\n"), "Edit " + i);
      if (i % 4 == 0) {
        testbed.flux().sync(shop.namespace, "checkout");
      }
      if (i == 10) {
        palinode.kill();
        palinode.startAgain();
      }
    }
    String head = shop.git.head();
    shop.waiting("the last edit applied", Duration.ofSeconds(60))
        .until(() -> testbed.flux().appliedCommit(shop.namespace, "checkout").equals(head));
    shop.awaitServing("1.0.0", Duration.ofSeconds(60));

    assertThat(shop.revertCommits()).hasSize(1);
    assertThat(shop.requests(tag).filter(r -> r.time().isAfter(after))).isEmpty();
    assertThat(shop.git.file("main", "README.md")).isEqualTo("Edit 20\n");
    shop.assertReplays();
    aRebumpGetsNoTraffic(shop, tag, after);
  }

  /**
   * Somebody, or a bot, writes the failed tag again: no traffic, and git is put right once more.
   */
  private static void aRebumpGetsNoTraffic(Shop shop, String tag, Instant after) {
    shop.release(tag);
    shop.waiting("a second revert commit", Duration.ofSeconds(90))
        .until(() -> shop.revertCommits().size() == 2);
    shop.awaitServing("1.0.0", Duration.ofSeconds(90));
    assertThat(shop.requests(tag).filter(r -> r.time().isAfter(after))).isEmpty();
    assertThat(shop.status().phase()).isEqualTo(Phase.Idle);
  }
}
