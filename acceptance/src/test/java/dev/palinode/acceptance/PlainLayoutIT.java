package dev.palinode.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Phase;
import dev.palinode.crds.RevertStatus;
import dev.palinode.testbed.Needs;
import dev.palinode.testbed.PalinodeProcess;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Testbed;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code deploy/examples/plain}: nobody applies git but people. */
@Needs({Part.CONTROL_PLANE, Part.GIT, Part.PROMETHEUS, Part.MESH})
@ExtendWith(SharedPalinode.class)
class PlainLayoutIT {
  private static final String FILE = "app/deployment.yaml";

  @Test
  void badRelease_isHeldAndRevertedInGitUntilAPersonAppliesThat(
      Testbed testbed, PalinodeProcess palinode) {
    Shop shop = Shop.openPlain(testbed);
    String good = shop.git.file("main", FILE);
    String goodCommit = shop.git.head();
    String bad =
        shop.git.commit(
            Map.of(FILE, good.replace("checkout:1.0.0", "checkout:1.1.0-err30")),
            "Release checkout 1.1.0");
    shop.applyPlain();

    shop.waiting("the revert commit", Duration.ofSeconds(150))
        .until(() -> !shop.revertCommits().isEmpty());
    shop.awaitStatus("held", Duration.ofSeconds(60), s -> s.phase() == Phase.Rejected);
    assertThat(shop.git.file("main", FILE)).isEqualTo(good);
    assertThat(shop.revertCommits()).hasSize(1);
    assertThat(shop.revertCommits().getFirst().message())
        .contains("Rollback-Good: " + goodCommit, "Rollback-Of: " + bad);
    assertThat(shop.condition("InSync")).contains("False");
    assertThat(shop.podNames("1.1.0-err30")).isEmpty();

    shop.applyPlain();
    shop.awaitServing("1.0.0", Duration.ofSeconds(60));
    shop.waiting("the Revert observed", Duration.ofSeconds(30))
        .until(() ->
            shop.reverts().getFirst().getStatus().phaseOrPending() == RevertStatus.Phase.Observed);
    assertThat(shop.condition("InSync")).contains("True");
    shop.assertReplays();
  }
}
