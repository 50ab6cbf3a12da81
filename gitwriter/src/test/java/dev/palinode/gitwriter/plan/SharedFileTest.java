package dev.palinode.gitwriter.plan;

import static dev.palinode.gitwriter.Shop.BAD_IMAGE;
import static dev.palinode.gitwriter.Shop.DEPLOYMENT;
import static dev.palinode.gitwriter.Shop.GOOD_IMAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Shop;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Scenario 25, plain: files that several apps have in common, edited value by value. */
class SharedFileTest extends PlanCase {
  private static final String KUSTOMIZATION = "apps/checkout/kustomization.yaml";
  private static final String CART = "---\n" + Shop.otherDeployment("cart");

  private static String kustomization(String images) {
    return "resources: [deployment.yaml, config.yaml, cart.yaml]\nimages:\n" + images;
  }

  private MemoryTree kustomized(String images) {
    return good.with(
        Map.of(
            DEPLOYMENT,
            Shop.deployment("app"),
            "apps/checkout/cart.yaml",
            Shop.otherDeployment("cart"),
            KUSTOMIZATION,
            kustomization(images)));
  }

  @Test
  void scenario25_documentOfAnotherAppInTheFile_staysByteForByte() {
    String cart = CART.replace("replicas: 3", "replicas: 4 # é\r");
    MemoryTree before = good.with(Map.of(DEPLOYMENT, cart + "---\n" + Shop.deployment(GOOD_IMAGE)));
    MemoryTree after =
        good.with(
            Map.of(
                DEPLOYMENT,
                cart.replace("registry/other:1", "registry/other:2")
                    + "---\n"
                    + Shop.deployment(BAD_IMAGE)));

    Plan.Restore plan = restore(plan(after, after, before), Plan.Level.Field, DEPLOYMENT);
    assertThat(text(plan, DEPLOYMENT))
        .isEqualTo(after.files().get(DEPLOYMENT).replace(BAD_IMAGE, GOOD_IMAGE));
    assertThat(plan.fields()).hasSize(1);
  }

  @Test
  void scenario25_kustomizeTagWithAMarker_isPutBackInItsStyle() {
    String entry =
        "- name: other\n  newTag: x\n"
            + "- name: app # ours\n  newName: registry/checkout\n"
            + "  newTag: '%s' # {\"$imagepolicy\": \"flux-system:app:tag\"}\n";
    MemoryTree after = kustomized(entry.formatted("2.4.1"));

    Plan.Restore plan =
        restore(
            plan(after, after, kustomized(entry.formatted("2.4.0"))),
            Plan.Level.Field,
            KUSTOMIZATION);
    assertThat(text(plan, KUSTOMIZATION)).isEqualTo(kustomization(entry.formatted("2.4.0")));
  }

  @Test
  void scenario25_kustomizeNameAndDigest_arePutBackThoughTheListGrew() {
    String entry = "- {name: app, newName: %s, digest: 'sha256:%s'}\n";
    MemoryTree before = kustomized(entry.formatted("registry/checkout", "aa"));
    MemoryTree after = kustomized(entry.formatted("mirror/checkout", "bb"));
    MemoryTree head =
        kustomized("- {name: new, newTag: v1}\n" + entry.formatted("mirror/checkout", "bb"));
    var wish =
        Shop.wish("/repo")
            .states(
                Shop.state(null, "mirror/checkout@sha256:bb"),
                Shop.state(null, "registry/checkout@sha256:aa"));

    Plan.Restore plan =
        restore(Planner.plan(head, after, before, wish.intent()), Plan.Level.Field, KUSTOMIZATION);
    assertThat(text(plan, KUSTOMIZATION))
        .isEqualTo(
            kustomization(
                "- {name: new, newTag: v1}\n" + entry.formatted("registry/checkout", "aa")));
  }

  @Test
  void scenario25_kustomizeEntryOfTwoApps_isBlocked() {
    String entry = "- {name: app, newName: registry/checkout, newTag: '%s'}\n";
    Map<String, String> cart =
        Map.of(
            "apps/checkout/cart.yaml",
            Shop.otherDeployment("cart").replace("registry/other:1", "app"));
    MemoryTree after = kustomized(entry.formatted("2.4.1")).with(cart);

    assertBlocked(
        plan(after, after, kustomized(entry.formatted("2.4.0")).with(cart)),
        BlockReason.SharedFile,
        "another workload");
  }

  @Test
  void scenario25_numberAsTag_goesBackAsANumber() {
    String entry = "- {name: app, newName: registry/checkout, newTag: %s}\n";
    MemoryTree after = kustomized(entry.formatted("2.5-rc1"));
    var wish =
        Shop.wish("/repo")
            .states(
                Shop.state(null, "registry/checkout:2.5-rc1"),
                Shop.state(null, "registry/checkout:2.4"));

    Plan plan = Planner.plan(after, after, kustomized(entry.formatted("2.4")), wish.intent());
    assertThat(text(restore(plan, Plan.Level.Field, KUSTOMIZATION), KUSTOMIZATION))
        .isEqualTo(kustomization(entry.formatted("2.4")));
  }

  @Test
  void structureOfTheReleaseInASharedFile_isBlocked() {
    MemoryTree before = good.with(Map.of(DEPLOYMENT, Shop.deployment(GOOD_IMAGE) + CART));
    String slow = Shop.deployment(BAD_IMAGE).replace("  paused", "  slow: 1\n  paused");
    MemoryTree after = good.with(Map.of(DEPLOYMENT, slow + CART));

    assertBlocked(plan(after, after, before), BlockReason.SharedFile, "Deployment cart");
  }
}
