package dev.palinode.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.Phase;
import dev.palinode.crds.RevertStatus;
import dev.palinode.crds.Weight;
import dev.palinode.testbed.Needs;
import dev.palinode.testbed.PalinodeProcess;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Testbed;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What happens in the middle of a rollout when servers do not answer. */
@Needs({Part.CONTROL_PLANE, Part.FLUX, Part.GIT, Part.PROMETHEUS, Part.MESH})
@ExtendWith(SharedPalinode.class)
class InterruptionsIT {
  private static final Duration SOON = Duration.ofSeconds(120);

  @Test
  void gitDownAtTheMomentOfFailure_trafficBackAtOnceAndRevertAfter(
      Testbed testbed, PalinodeProcess palinode) {
    Shop shop = Shop.open(testbed, Shop.quickCanary(), Map.of());
    shop.release("4.2.0-err40");
    shop.awaitStatus("progressing", SOON, s -> s.phase() == Phase.Progressing);
    testbed.git().down();
    try {
      shop.awaitStatus("reverting", SOON, s -> s.phase() == Phase.Reverting);
      assertThat(shop.servedShareOfCandidate()).isZero();
      assertThat(shop.podNames("4.2.0-err40")).isEmpty();
      shop.waiting("the Revert waits", Duration.ofSeconds(30))
          .until(() ->
              shop.reverts().stream()
                  .anyMatch(r ->
                      r.getStatus() != null
                          && r.getStatus().phaseOrPending() == RevertStatus.Phase.Pending
                          && r.getStatus().message() != null));
    } finally {
      testbed.git().up();
    }
    shop.waiting("the revert commit", SOON).until(() -> shop.revertCommits().size() == 1);
    shop.awaitServing("1.0.0", SOON);
    shop.assertReplays();
  }

  @Test
  void prometheusDown_weightFrozenAndGoesOnLater(Testbed testbed, PalinodeProcess palinode) {
    Shop shop = Shop.open(testbed, Shop.quickCanary(), Map.of());
    shop.release("4.3.0");
    shop.awaitStatus("5 %", SOON, s -> s.weightOrZero().equals(Weight.percent(5)));
    CanaryStatus frozen;
    testbed.prometheus().down();
    try {
      frozen =
          shop.awaitStatus(
              "unreadable",
              SOON,
              s -> s.progressOrNone().unreadableSince() != null && !s.weightOrZero().isZero());
      Instant since = Instant.now();
      shop.awaitStatus(
          "still frozen ten seconds on",
          SOON,
          s ->
              !s.weightOrZero().equals(frozen.weightOrZero())
                  || Instant.now().isAfter(since.plusSeconds(10)));
      assertThat(shop.status().weightOrZero()).isEqualTo(frozen.weightOrZero());
    } finally {
      testbed.prometheus().up();
    }
    shop.awaitServing("4.3.0", Duration.ofSeconds(180));
    assertThat(shop.revertCommits()).isEmpty();
    assertThat(shop.reverts()).isEmpty();
    shop.assertReplays();
  }
}
