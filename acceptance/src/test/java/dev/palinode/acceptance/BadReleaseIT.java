package dev.palinode.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.RevertStatus;
import dev.palinode.testbed.GitRepository;
import dev.palinode.testbed.Needs;
import dev.palinode.testbed.PalinodeProcess;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Testbed;
import dev.palinode.testbed.mesh.Behaviour;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A bad release: traffic back first, then exactly one commit, and git and cluster are one again.
 */
@Needs({Part.CONTROL_PLANE, Part.FLUX, Part.GIT, Part.PROMETHEUS, Part.MESH})
@ExtendWith(SharedPalinode.class)
class BadReleaseIT {
  private static final Duration FAILS_WITHIN = Duration.ofSeconds(150);
  private static final Duration RESTS_WITHIN = Duration.ofSeconds(90);

  /** The state before a bad release, to be found again after it. */
  private record Good(String commit, String deployment, List<String> pods) {
    static Good of(Shop shop) {
      return new Good(
          shop.git.head(),
          shop.git.file("main", Shop.APP + "deployment.yaml"),
          shop.podNames("1.0.0"));
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void errorsAtFivePercent_oneRevertCommit(Testbed testbed, PalinodeProcess palinode) {
    Shop shop = Shop.open(testbed, Shop.quickCanary(), Map.of());
    Good good = Good.of(shop);

    String bad = shop.release("1.1.0-err30");

    isPutRight(shop, good, bad, "1.1.0-err30");
    assertThat(shop.requests("1.1.0-err30").count()).as("some requests paid for it").isPositive();
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void errorsAtFiftyPercent_oneRevertCommit(Testbed testbed, PalinodeProcess palinode) {
    Shop shop = Shop.open(testbed, Shop.quickCanary(), Map.of());
    Good good = Good.of(shop);

    String bad = shop.release("1.2.0-turns");
    shop.awaitStatus("50 %", FAILS_WITHIN, s -> s.weightOrZero().asPercent() == 50);
    shop.mesh.behaviour("1\\.2\\.0-turns", Behaviour.HEALTHY.failing(0.3));

    isPutRight(shop, good, bad, "1.2.0-turns");
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void crashLoop_oneRevertCommitAndNoRequest(Testbed testbed, PalinodeProcess palinode) {
    Shop shop = Shop.open(testbed, Shop.quickCanary(), Map.of());
    Good good = Good.of(shop);

    String bad = shop.release("1.3.0-crash");

    isPutRight(shop, good, bad, "1.3.0-crash");
    assertThat(shop.requests("1.3.0-crash")).isEmpty();
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void imageNotToBePulled_oneRevertCommitAndNoRequest(Testbed testbed, PalinodeProcess palinode) {
    Shop shop = Shop.open(testbed, Shop.quickCanary(), Map.of());
    Good good = Good.of(shop);

    String bad = shop.release("1.4.0-nopull");

    isPutRight(shop, good, bad, "1.4.0-nopull");
    assertThat(shop.requests("1.4.0-nopull")).isEmpty();
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void podsNeverReady_oneRevertCommitAndNoRequest(Testbed testbed, PalinodeProcess palinode) {
    Shop shop = Shop.open(testbed, Shop.quickCanary("readyDeadline: 6s"), Map.of());
    Good good = Good.of(shop);

    String bad = shop.release("1.5.0-neverready");

    isPutRight(shop, good, bad, "1.5.0-neverready");
    assertThat(shop.requests("1.5.0-neverready")).isEmpty();
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void errorsInTheBake_oneRevertCommit(Testbed testbed, PalinodeProcess palinode) {
    Shop shop = Shop.open(testbed, Shop.quickCanary().replace("bake: 3s", "bake: 40s"), Map.of());
    Good good = Good.of(shop);

    String bad = shop.release("1.6.0-turns");
    shop.awaitStatus("100 %", FAILS_WITHIN, s -> s.weightOrZero().asPercent() == 100);
    shop.mesh.behaviour("1\\.6\\.0-turns", Behaviour.HEALTHY.failing(0.3));

    isPutRight(shop, good, bad, "1.6.0-turns");
    assertThat(SharedPalinode.records(shop.namespace)).hasSize(1);
  }

  /** Nothing else has pods by then: git goes back, and the pods follow without being judged. */
  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void errorsAfterTheHandOver_oneRevertCommitAndTheWayBack(
      Testbed testbed, PalinodeProcess palinode) {
    Shop shop = Shop.open(testbed, Shop.quickCanary(), Map.of());
    Good good = Good.of(shop);

    String bad = shop.release("1.7.0-turns");
    shop.awaitServing("1.7.0-turns", FAILS_WITHIN);
    assertThat(shop.revertCommits()).isEmpty();
    shop.mesh.behaviour("1\\.7\\.0-turns", Behaviour.HEALTHY.failing(0.3));

    shop.waiting("the revert commit", FAILS_WITHIN).until(() -> !shop.revertCommits().isEmpty());
    shop.awaitServing("1.0.0", FAILS_WITHIN);
    shop.waiting("the Revert observed", Duration.ofSeconds(30))
        .until(() ->
            shop.reverts().stream()
                .allMatch(r -> r.getStatus().phaseOrPending() == RevertStatus.Phase.Observed));
    assertThat(shop.condition("InSync")).contains("True");
    assertThat(shop.git.file("main", Shop.APP + "deployment.yaml")).isEqualTo(good.deployment());
    assertThat(shop.revertCommits()).hasSize(1);
    assertThat(shop.revertCommits().getFirst().message())
        .contains("Rollback-Good: " + good.commit(), "Rollback-Of: " + bad);
    assertThat(shop.failures().keySet())
        .as("no request fails but those that the bad release answered")
        .allMatch(who -> who.startsWith("1.7.0-turns "));
    shop.assertReplays();
  }

  private static void isPutRight(Shop shop, Good good, String bad, String tag) {
    shop.waiting("the revert commit", FAILS_WITHIN).until(() -> !shop.revertCommits().isEmpty());
    shop.awaitServing("1.0.0", RESTS_WITHIN);
    shop.waiting("InSync", Duration.ofSeconds(30))
        .until(() -> shop.condition("InSync").equals(Optional.of("True")));

    assertThat(shop.git.file("main", Shop.APP + "deployment.yaml")).isEqualTo(good.deployment());
    assertThat(shop.revertCommits()).hasSize(1);
    GitRepository.Commit commit = shop.revertCommits().getFirst();
    assertThat(commit.message())
        .contains("Rollback-Good: " + good.commit(), "Rollback-Of: " + bad, "Rollback-Intent: ");
    assertThat(shop.podNames("1.0.0")).as("stable pods, never restarted").isEqualTo(good.pods());
    assertThat(shop.podNames(tag)).isEmpty();
    assertThat(shop.liveImage()).isEqualTo("checkout:1.0.0");
    shop.waiting("the Revert observed", Duration.ofSeconds(30))
        .until(() ->
            shop.reverts().stream()
                .allMatch(r -> r.getStatus().phaseOrPending() == RevertStatus.Phase.Observed));
    assertThat(shop.reverts()).hasSize(1);
    assertThat(shop.destinationRules()).isEmpty();
    if (shop.requests(tag).findAny().isPresent()) {
      shop.assertReplays();
    }
    assertThat(shop.failures().keySet())
        .as("no request fails but those that the bad release answered")
        .allMatch(who -> who.startsWith(tag + " "));
  }
}
