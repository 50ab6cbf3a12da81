package dev.palinode.gitwriter.plan;

import static dev.palinode.gitwriter.Shop.BAD_IMAGE;
import static dev.palinode.gitwriter.Shop.CONFIG;
import static dev.palinode.gitwriter.Shop.DEPLOYMENT;
import static dev.palinode.gitwriter.Shop.GOOD_IMAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Shop;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlannerTest {
  private static final String KUSTOMIZATION = "apps/checkout/kustomization.yaml";
  private final MemoryTree good = new MemoryTree(Shop.good());
  private final MemoryTree bad = good.with(Shop.bad());
  private final Intent intent = Shop.wish("/repo").intent();

  private Plan plan(Tree head, Tree bad, Tree good) {
    return Planner.plan(head, bad, good, intent);
  }

  private static void assertRestores(Plan plan, String... files) {
    assertThat(plan).as("%s", plan).isInstanceOf(Plan.Restore.class);
    assertThat(((Plan.Restore) plan).edits()).containsOnlyKeys(files);
  }

  private static void assertBlocked(Plan plan, BlockReason reason, String word) {
    assertThat(plan).as("%s", plan).isInstanceOf(Plan.Blocked.class);
    assertThat(((Plan.Blocked) plan).reason()).as("%s", plan).isEqualTo(reason);
    assertThat(((Plan.Blocked) plan).message()).contains(word);
  }

  private static String kustomization(String tag) {
    return """
    resources: [deployment.yaml, config.yaml]
    images:
    - {name: app, newName: registry/checkout, newTag: "%s"}
    """
        .formatted(tag);
  }

  private MemoryTree kustomized(String tag) {
    return good.with(Map.of(DEPLOYMENT, Shop.deployment("app"), KUSTOMIZATION, kustomization(tag)));
  }

  @Test
  void failedFile_isPutBack() {
    assertRestores(plan(bad, bad, good), DEPLOYMENT);
    assertThat(plan(good, bad, good)).isEqualTo(new Plan.AlreadyGood());
  }

  @Test
  void imageInTheKustomization_isFoundAndPutBack() {
    MemoryTree before = kustomized("2.4.0");
    MemoryTree after = kustomized("2.4.1");

    assertThat(App.sight(after, Shop.PATH, Shop.object()).images())
        .containsExactly(Map.entry("checkout", BAD_IMAGE));
    assertRestores(plan(after, after, before), KUSTOMIZATION);
    assertThat(plan(kustomized("2.4.2"), after, before)).isInstanceOf(Plan.Superseded.class);
  }

  @Test
  void imageDigestInTheKustomization_replacesTheTag() {
    String text = kustomization("1").replace("newTag: \"1\"", "digest: sha256:aa");
    MemoryTree tree =
        good.with(Map.of(DEPLOYMENT, Shop.deployment("app:old"), KUSTOMIZATION, text));

    assertThat(App.sight(tree, Shop.PATH, Shop.object()).images())
        .containsEntry("checkout", "registry/checkout@sha256:aa");
  }

  @Test
  void overlayWithItsBaseElsewhere_isUnderstood() {
    Map<String, String> base =
        Map.of(
            "base/deployment.yaml",
            Shop.deployment("app").replace("  namespace: shop\n", ""),
            "base/kustomization.yaml",
            "resources: [deployment.yaml]\n");
    String overlay =
        "namespace: shop\nresources: [../../base]\nimages:\n- {name: app, newTag: %s}\n";
    MemoryTree before = new MemoryTree(base).with(Map.of(KUSTOMIZATION, overlay.formatted("v1")));
    MemoryTree after = before.with(Map.of(KUSTOMIZATION, overlay.formatted("v2")));

    assertRestores(plan(after, after, before), KUSTOMIZATION);
    MemoryTree moved =
        after.with(
            Map.of(
                "base/kustomization.yaml", "resources: [deployment.yaml]\ncommonLabels: {a: b}\n"));
    assertBlocked(plan(moved, after, before), BlockReason.NotLastGood, "kustomization");
  }

  @Test
  void patchOfTheOverlay_isPartOfTheApp() {
    String patch =
        """
        kind: Deployment
        apiVersion: apps/v1
        metadata: {name: checkout}
        spec: {template: {spec: {containers: [{name: checkout, image: "%s"}]}}}
        """;
    MemoryTree before =
        good.with(
            Map.of(
                KUSTOMIZATION,
                "resources: [deployment.yaml, config.yaml]\npatches: [{path: image.yaml}]\n",
                "apps/checkout/image.yaml",
                patch.formatted(GOOD_IMAGE)));
    MemoryTree after = before.with(Map.of("apps/checkout/image.yaml", patch.formatted(BAD_IMAGE)));

    assertThat(App.sight(after, Shop.PATH, Shop.object()).images())
        .containsEntry("checkout", BAD_IMAGE);
    assertRestores(plan(after, after, before), "apps/checkout/image.yaml");
  }

  @Test
  void generatorInput_isPartOfTheApp() {
    String text =
        "resources: [deployment.yaml]\n"
            + "configMapGenerator:\n"
            + "- name: checkout-config\n"
            + "  files: [app=app.properties]\n";
    MemoryTree before =
        good.without(CONFIG)
            .with(Map.of(KUSTOMIZATION, text, "apps/checkout/app.properties", "a=1"));
    MemoryTree after = before.with(Map.of("apps/checkout/app.properties", "a=2")).with(Shop.bad());

    assertRestores(plan(after, after, before), "apps/checkout/app.properties", DEPLOYMENT);
  }

  @Test
  void fileThatNoKustomizationLists_isNotTheApp() {
    MemoryTree before =
        kustomized("1").with(Map.of("apps/checkout/old.yaml", Shop.deployment("registry/old:1")));

    assertRestores(
        plan(
            before.with(Map.of(KUSTOMIZATION, kustomization("2"))),
            before.with(Map.of(KUSTOMIZATION, kustomization("2"))),
            before),
        KUSTOMIZATION);
  }

  @Test
  void serviceOfTheAppInItsFile_goesBackWithIt_butOthersStay() {
    String service =
        "---\nkind: Service\napiVersion: v1\nmetadata: {name: x}\nspec: {selector: {app: %s}}\n";
    for (String own :
        new String[] {
          service.formatted("checkout"),
          "---\n"
              + "kind: HorizontalPodAutoscaler\n"
              + "metadata: {name: h}\n"
              + "spec: {scaleTargetRef: {name: checkout}}\n"
        }) {
      assertThat(((Plan.Restore) withTail(own)).level()).isEqualTo(Plan.Level.File);
    }
    for (String other :
        new String[] {
          service.formatted("cart"),
          "---\nkind: Namespace\nmetadata: {name: shop}\n",
          "---\nkind: ConfigMap\nmetadata: {name: of-somebody}\n",
          "---\nkind: Ingress\nmetadata: {name: i, namespace: bank}\n",
          "---\n"
              + "kind: CronJob\n"
              + "metadata: {name: c}\n"
              + "spec: {jobTemplate: {spec: {template: {spec: {}}}}}\n",
          "---\nkind: Canary\nmetadata: {name: c}\nspec: {targetRef: {name: cart}}\n"
        }) {
      assertThat(((Plan.Restore) withTail(other)).level()).isEqualTo(Plan.Level.Field);
    }
  }

  private Plan withTail(String tail) {
    MemoryTree before = good.with(Map.of(DEPLOYMENT, Shop.deployment(GOOD_IMAGE) + tail));
    MemoryTree after = good.with(Map.of(DEPLOYMENT, Shop.deployment(BAD_IMAGE) + tail));
    return plan(after, after, before);
  }

  @Test
  void configOfTwoWorkloads_isShared() {
    String cart = Shop.otherDeployment("cart").replace("cart-config", "checkout-config");
    MemoryTree before = good.with(Map.of("apps/checkout/cart.yaml", cart));
    MemoryTree after = before.with(Map.of(CONFIG, Shop.config("9s"))).with(Shop.bad());

    assertBlocked(
        plan(after, after, before), BlockReason.SharedFile, "ConfigMap shop/checkout-config");
  }

  @Test
  void objectTwiceOrNowhere_cannotBeMapped() {
    MemoryTree twice = good.with(Map.of("apps/checkout/copy.yaml", Shop.deployment("x")));
    assertBlocked(plan(bad, bad, twice), BlockReason.CannotMap, "2 times");
    assertBlocked(
        plan(bad, bad, new MemoryTree(Map.of())), BlockReason.CannotMap, "does not define");
    assertThat(plan(new MemoryTree(Map.of()), bad, good)).isInstanceOf(Plan.Superseded.class);
  }

  @Test
  void unreadableManifest_isNamed() {
    MemoryTree broken = bad.with(Map.of(DEPLOYMENT, "a: [\n"));
    assertBlocked(plan(broken, bad, good), BlockReason.UnsupportedFile, DEPLOYMENT);
    MemoryTree bomb = bad.with(Map.of(DEPLOYMENT, "a: &a [*a]\n"));
    assertBlocked(plan(bomb, bad, good), BlockReason.UnsupportedFile, DEPLOYMENT);
    MemoryTree template = bad.with(Map.of(DEPLOYMENT, "image: {{ .Values.image }}\nx: {{- y }}\n"));
    assertThat(plan(template, bad, good)).isNotInstanceOf(Plan.Restore.class);
  }

  @Test
  void revisionsThatContradictTheImages_areNotBelieved() {
    assertBlocked(plan(bad, good, good), BlockReason.CannotMap, "still holds the last good images");
    assertBlocked(plan(bad, bad, bad), BlockReason.CannotMap, "already holds the failed images");
  }

  @Test
  void nothingOfTheAppChanged_isNoRevert() {
    Intent sameImages =
        Shop.wish("/repo")
            .states(Shop.state(null, BAD_IMAGE), Shop.state(null, BAD_IMAGE))
            .intent();
    MemoryTree after = bad.with(Map.of("README.md", "x"));

    Plan plan = Planner.plan(after, after, bad, sameImages);
    assertBlocked(plan, BlockReason.CannotMap, "differs between");
  }

  @Test
  void rivalRevertedTheDeploymentOnly_theConfigFollows() {
    MemoryTree after = bad.with(Map.of(CONFIG, Shop.config("30s")));
    MemoryTree head = after.with(Map.of(DEPLOYMENT, Shop.deployment(GOOD_IMAGE) + "# by hand\n"));

    assertRestores(plan(head, after, good), CONFIG);
  }

  @Test
  void listsAndPrefixes_areUnderstood() {
    String list =
        "kind: List\napiVersion: v1\nitems:\n"
            + ("- "
                    + Shop.deployment(GOOD_IMAGE)
                        .lines()
                        .skip(1)
                        .reduce((a, b) -> a + "\n  " + b)
                        .orElseThrow()
                    + "\n")
                .replace("name: checkout\n", "name: out\n");
    MemoryTree tree =
        new MemoryTree(
            Map.of(
                DEPLOYMENT,
                list,
                KUSTOMIZATION,
                "namePrefix: check\nresources: [deployment.yaml]\n"));

    assertThat(App.sight(tree, Shop.PATH, Shop.object()).images()).containsValue(GOOD_IMAGE);
  }

  @Test
  void operationsOnTheImage_arePartOfTheApp() {
    String text =
        """
        resources: [deployment.yaml, config.yaml]
        patches:
        - target: {kind: Deployment, name: checkout}
          patch: |
            - {op: replace, path: /spec/template/spec/containers/0/image, value: "%s"}
        """;
    MemoryTree before = good.with(Map.of(KUSTOMIZATION, text.formatted(GOOD_IMAGE)));
    MemoryTree after = good.with(Map.of(KUSTOMIZATION, text.formatted(BAD_IMAGE)));

    assertThat(App.sight(after, Shop.PATH, Shop.object()).images()).containsValue(BAD_IMAGE);
    assertRestores(plan(after, after, before), KUSTOMIZATION);
  }

  @Test
  void brokenKustomizationAtTheTip_isNotTakenForANewRelease() {
    MemoryTree head = kustomized("2.4.1").with(Map.of(KUSTOMIZATION, "images: [\n"));

    assertBlocked(
        plan(head, kustomized("2.4.1"), kustomized("2.4.0")),
        BlockReason.UnsupportedFile,
        KUSTOMIZATION);
  }

  /** Found by the edit fuzzer: snakeyaml-engine 3.0.1 throws where its buffer splits a pair. */
  @Test
  void characterOutsideTheFirstPlaneAtTheParsersBufferEnd_isRead() {
    String head = "# " + "x".repeat(1021) + "\uD83D\uDE00\n";
    MemoryTree before = good.with(Map.of(DEPLOYMENT, head + Shop.deployment(GOOD_IMAGE)));
    MemoryTree after = good.with(Map.of(DEPLOYMENT, head + Shop.deployment(BAD_IMAGE)));

    assertRestores(plan(after, after, before), DEPLOYMENT);
  }
}
