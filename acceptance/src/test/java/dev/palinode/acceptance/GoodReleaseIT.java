package dev.palinode.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Canary;
import dev.palinode.crds.Phase;
import dev.palinode.crds.Weight;
import dev.palinode.testbed.Needs;
import dev.palinode.testbed.PalinodeProcess;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Testbed;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A good release: step by step to 100 %, and the pods that were judged become the stable ones;
 * unless people want something else before that.
 */
@Needs({Part.CONTROL_PLANE, Part.FLUX, Part.GIT, Part.PROMETHEUS, Part.MESH})
@ExtendWith(SharedPalinode.class)
class GoodReleaseIT {
  private static final Duration SOON = Duration.ofSeconds(120);

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void secondReleaseDuringTheFirst_onlyTheSecondIsPromoted(
      Testbed testbed, PalinodeProcess palinode) {
    Shop shop =
        Shop.open(
            testbed,
            Shop.quickCanary().replaceFirst("pause: \\{duration: 3s}", "pause: {duration: 20s}"),
            Map.of());
    shop.release("4.0.0");
    shop.awaitStatus("the first at 5 %", SOON, s -> s.weightOrZero().equals(Weight.percent(5)));

    shop.release("4.0.1");

    shop.awaitServing("4.0.1", Duration.ofSeconds(180));
    assertThat(shop.podNames("4.0.0")).isEmpty();
    assertThat(shop.revertCommits()).isEmpty();
    assertThat(shop.failures()).isEmpty();
    shop.assertReplays();
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void personRevertsInMidCanary_stableStaysAndNoCommitOfOurs(
      Testbed testbed, PalinodeProcess palinode) {
    Shop shop =
        Shop.open(
            testbed,
            Shop.quickCanary().replaceFirst("pause: \\{duration: 3s}", "pause: {duration: 60s}"),
            Map.of());
    List<String> pods = shop.podNames("1.0.0");
    shop.release("4.1.0");
    shop.awaitStatus("5 %", SOON, s -> s.weightOrZero().equals(Weight.percent(5)));

    shop.release("1.0.0");

    shop.awaitServing("1.0.0", SOON);
    assertThat(shop.podNames("1.0.0")).isEqualTo(pods);
    assertThat(shop.podNames("4.1.0")).isEmpty();
    assertThat(shop.revertCommits()).isEmpty();
    assertThat(shop.status().rejected()).isEmpty();
    assertThat(shop.failures()).isEmpty();
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void goodRelease_goesStepByStepAndItsJudgedPodsStay(Testbed testbed, PalinodeProcess palinode) {
    Shop shop = Shop.open(testbed, Shop.quickCanary(), Map.of());
    GenericKubernetesResource before = shop.virtualService();
    List<String> stablePods = shop.podNames("1.0.0");

    try (WeightWatch weights = WeightWatch.on(shop)) {
      shop.release("1.1.0");
      shop.awaitStatus("promoting", Duration.ofSeconds(120), s -> s.phase() == Phase.Promoting);
      assertThat(shop.podNames("1.0.0"))
          .as("no stable pod is touched before the hand-over")
          .isEqualTo(stablePods);
      shop.awaitStatus(
          "all traffic", Duration.ofSeconds(30), s -> shop.servedShareOfCandidate() == 100);
      List<String> judged = shop.podNames("1.1.0");
      shop.awaitServing("1.1.0", Duration.ofSeconds(90));

      assertThat(weights.written()).containsExactly(0, 5, 25, 50, 100);
      assertThat(weights.served()).containsSubsequence(5, 25, 50, 100);
      assertThat(shop.firstRequestTo("1.1.0"))
          .as("no request before step 1")
          .isAfter(weights.firstWrittenAbove0());
      assertThat(shop.podNames("1.1.0")).as("the judged pods").isEqualTo(judged);
    }
    assertThat(shop.podNames("1.0.0")).isEmpty();
    assertThat(shop.failures()).as("requests that failed").isEmpty();
    assertThat(shop.revertCommits()).isEmpty();
    nothingOfOursIsLeft(shop, before);
    shop.assertReplays();
    aRouteRemovedInGitGoes(shop);
  }

  private static void nothingOfOursIsLeft(Shop shop, GenericKubernetesResource before) {
    GenericKubernetesResource after = shop.virtualService();
    assertThat(after.<Object>get("spec")).isEqualTo(before.<Object>get("spec"));
    assertThat(after.getMetadata().getAnnotations())
        .isEqualTo(before.getMetadata().getAnnotations());
    assertThat(managers(after)).isEqualTo(managers(before));
    assertThat(shop.destinationRules()).isEmpty();
    Canary canary =
        shop.admin.resources(Canary.class).inNamespace(shop.namespace).withName("checkout").get();
    shop.waiting("the finalizer goes", Duration.ofSeconds(10))
        .until(() ->
            shop.admin
                .resources(Canary.class)
                .inNamespace(shop.namespace)
                .withName("checkout")
                .get()
                .getMetadata()
                .getFinalizers()
                .isEmpty());
    assertThat(canary.getStatus().traffic()).isNull();
    assertThat(shop.reverts()).isEmpty();
  }

  private static void aRouteRemovedInGitGoes(Shop shop) {
    String file = Shop.APP + "virtualservice.yaml";
    String plain = shop.git.file("main", file);
    shop.git.commit(
        Map.of(
            file,
            plain
                + """
                  - name: secondary
                    route:
                    - destination:
                        host: checkout
                """),
        "A second route");
    shop.waiting("the second route", Duration.ofSeconds(30)).until(() -> routes(shop) == 2);
    shop.git.commit(Map.of(file, plain), "No second route");
    shop.waiting("the second route gone", Duration.ofSeconds(30)).until(() -> routes(shop) == 1);
  }

  private static int routes(Shop shop) {
    return shop.virtualService().<List<?>>get("spec", "http").size();
  }

  private static Set<String> managers(GenericKubernetesResource object) {
    Set<String> managers = new TreeSet<>();
    object
        .getMetadata()
        .getManagedFields()
        .forEach(
            f -> managers.add(f.getManager() + " " + f.getOperation() + " " + f.getFieldsV1()));
    return managers;
  }
}
