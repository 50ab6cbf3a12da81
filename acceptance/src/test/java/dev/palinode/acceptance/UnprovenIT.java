package dev.palinode.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.Cause;
import dev.palinode.crds.Phase;
import dev.palinode.testbed.Needs;
import dev.palinode.testbed.PalinodeProcess;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Testbed;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What is not the release's fault: weight 0, parked, and not a byte in git. */
@Needs({Part.CONTROL_PLANE, Part.FLUX, Part.GIT, Part.PROMETHEUS, Part.MESH})
@ExtendWith(SharedPalinode.class)
class UnprovenIT {
  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void deadlinePassed_weightZeroAndNoCommit(Testbed testbed, PalinodeProcess palinode) {
    Shop shop =
        Shop.open(
            testbed,
            Shop.quickCanary("deadline: 20s")
                .replace("pause: {duration: 3s}", "pause: {duration: 1h}"),
            Map.of());
    shop.release("3.0.0");
    isParked(shop, "DeadlineExceeded");
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void quotaForbidsPods_weightZeroAndNoCommit(Testbed testbed, PalinodeProcess palinode) {
    Shop shop = Shop.open(testbed, Shop.quickCanary(), Map.of());
    testbed
        .controlPlane()
        .apply(
            """
            apiVersion: v1
            kind: ResourceQuota
            metadata: {name: full, namespace: %s}
            spec:
              hard: {pods: "4"}
            """
                .formatted(shop.namespace));
    shop.waiting("the quota counts", Duration.ofSeconds(20))
        .until(() ->
            shop.kubectl("get", "resourcequota", "full", "-n", shop.namespace, "-o", "json")
                .contains("\"used\""));
    shop.release("3.1.0");
    isParked(shop, "PodsRefused");
    assertThat(shop.requests("3.1.0")).isEmpty();
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void conflictingRule_weightZeroAndNoCommit(Testbed testbed, PalinodeProcess palinode) {
    Shop shop = Shop.open(testbed, Shop.quickCanary(), Map.of());
    testbed
        .controlPlane()
        .apply(
            """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: only-some, namespace: %s}
            spec:
              host: checkout
              workloadSelector: {matchLabels: {app: other}}
            """
                .formatted(shop.namespace));
    shop.release("3.2.0");
    isParked(shop, "DestinationRuleConflict");
    assertThat(shop.requests("3.2.0")).isEmpty();
  }

  private static void isParked(Shop shop, String reason) {
    CanaryStatus status =
        shop.awaitStatus("parked", Duration.ofSeconds(120), s -> s.phase() == Phase.Rejected);
    assertThat(status.cause()).isEqualTo(Cause.Unproven);
    assertThat(status.rejected().getFirst().reason()).startsWith(reason);
    assertThat(status.weightOrZero().isZero()).isTrue();
    shop.waiting("InSync=False", Duration.ofSeconds(10))
        .until(() -> shop.condition("InSync").orElse("").equals("False"));
    assertThat(shop.revertCommits()).isEmpty();
    assertThat(shop.reverts()).isEmpty();
    assertThat(shop.podNames("1.0.0")).hasSize(4);
    assertThat(shop.servedShareOfCandidate()).isZero();
    assertThat(shop.failures()).isEmpty();
  }
}
