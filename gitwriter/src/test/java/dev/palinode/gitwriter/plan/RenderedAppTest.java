package dev.palinode.gitwriter.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.gitwriter.BlockReason;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Scenario 25, rendered: the values that an image came from, or a reason. Never a guess. */
class RenderedAppTest extends PlanCase {
  private static final String RELEASE = "apps/checkout/release.yaml";
  private static final String VALUES = "apps/checkout/values.yaml";
  private static final String CHART = "apps/checkout/Chart.yaml";

  private static String helmRelease(String tag, String more) {
    return """
    apiVersion: helm.toolkit.fluxcd.io/v2
    kind: HelmRelease
    metadata: {name: checkout, namespace: shop}
    spec:
      interval: 10m
      chart: {spec: {chart: web, version: "1.2.3"}}
      values:
        image:
          repository: registry/checkout
          tag: %s # {"$imagepolicy": "flux-system:checkout:tag"}
    %s\
    """
        .formatted(tag, more);
  }

  private static MemoryTree tree(String file, String text) {
    return new MemoryTree(Map.of(file, text));
  }

  @Test
  void scenario25_helmReleaseValues_goBackAndLaterWorkStays() {
    MemoryTree before = tree(RELEASE, helmRelease("2.4.0", "    debug: no\n"));
    MemoryTree after = tree(RELEASE, helmRelease("2.4.1", "    debug: yes\n"));
    assertThat(text(restore(plan(after, after, before), Plan.Level.File, RELEASE), RELEASE))
        .isEqualTo(before.files().get(RELEASE));

    String later = after.files().get(RELEASE).replace("10m", "1h # slower");
    Plan.Restore plan =
        restore(plan(tree(RELEASE, later), after, before), Plan.Level.Field, RELEASE);
    assertThat(text(plan, RELEASE))
        .isEqualTo(before.files().get(RELEASE).replace("10m", "1h # slower"));
    assertThat(plan.fields()).hasSize(2);
  }

  @Test
  void scenario25_laterChartVersion_needsRenderingAndIsBlocked() {
    MemoryTree before = tree(RELEASE, helmRelease("2.4.0", ""));
    MemoryTree after = tree(RELEASE, helmRelease("2.4.1", ""));
    MemoryTree head = tree(RELEASE, helmRelease("2.4.1", "").replace("1.2.3", "1.3.0"));

    assertBlocked(
        plan(head, after, before), BlockReason.NotLastGood, "no helm is installed", RELEASE);
    assertSuperseded(plan(tree(RELEASE, helmRelease("2.5.0", "")), after, before), "tag");
  }

  @Test
  void scenario25_twoReleasesWithTheSameTag_cannotBeMapped_unlessTheNameTells() {
    String other = "apps/checkout/other.yaml";
    String bare = helmRelease("%s", "").replace("repository: registry/checkout\n", "x: y\n");
    MemoryTree before =
        new MemoryTree(Map.of(RELEASE, bare.formatted("2.4.0"), other, bare.formatted("2.4.0")));
    MemoryTree after =
        new MemoryTree(Map.of(RELEASE, bare.formatted("2.4.1"), other, bare.formatted("2.4.1")));
    assertBlocked(plan(after, after, before), BlockReason.CannotMap, RELEASE, other, "helm");

    String cart = helmRelease("%s", "").replace("registry/checkout", "registry/cart");
    before =
        new MemoryTree(Map.of(RELEASE, helmRelease("2.4.0", ""), other, cart.formatted("2.4.0")));
    after =
        new MemoryTree(Map.of(RELEASE, helmRelease("2.4.1", ""), other, cart.formatted("2.4.1")));
    restore(plan(after, after, before), Plan.Level.File, RELEASE);
  }

  @Test
  void scenario25_umbrellaChart_onlyItsOwnKeyGoesBack() {
    String values =
        """
        global: {zone: a}
        checkout:
          image: {repository: checkout, tag: "%s"}
          timeout: %s
        cart:
          image: {repository: cart, tag: "%s"}
        """;
    Map<String, String> chart =
        Map.of(CHART, "name: shop\ndependencies: [{name: web, alias: checkout}, {name: cart}]\n");
    MemoryTree before = tree(VALUES, values.formatted("2.4.0", "1s", "7")).with(chart);
    MemoryTree after = tree(VALUES, values.formatted("2.4.1", "9s", "8")).with(chart);

    Plan.Restore plan = restore(plan(after, after, before), Plan.Level.Field, VALUES);
    assertThat(text(plan, VALUES)).isEqualTo(values.formatted("2.4.0", "1s", "8"));
    MemoryTree zone =
        after.with(Map.of(VALUES, values.formatted("2.4.1", "9s", "8").replace("a}", "b}")));
    assertBlocked(plan(zone, after, before), BlockReason.NotLastGood, "rendering");
    assertBlocked(plan(zone, zone, before), BlockReason.CannotMap, "/global/zone");
  }

  @Test
  void scenario25_chartChangedWithTheValues_isBlocked() {
    String template = "apps/checkout/templates/deployment.yaml";
    MemoryTree before =
        tree(VALUES, "image: {repository: registry/checkout, tag: 2.4.0}\n")
            .with(Map.of(CHART, "name: checkout\n", template, "image: {{ .Values.x }}\n"));
    MemoryTree after =
        before.with(Map.of(VALUES, "image: {repository: registry/checkout, tag: 2.4.1}\n"));

    restore(plan(after, after, before), Plan.Level.File, VALUES);
    MemoryTree changed = after.with(Map.of(template, "image: {{ .Values.y }}\n"));
    assertBlocked(plan(changed, changed, before), BlockReason.CannotMap, template, "helm");
  }

  @Test
  void scenario25_argoApplicationOverrides_goBack() {
    for (String override :
        new String[] {
          "kustomize: {images: [\"app=registry/checkout:%s\", b=c:1]}",
          "helm: {parameters: [{name: image.tag, value: '%s'}, {name: a, value: b}]}",
          "helm: {valuesObject: {image: {name: registry/checkout, tag: \"%s\"}}}"
        }) {
      String application =
          "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
              + "metadata: {name: checkout, namespace: argocd}\nspec:\n  source:\n    "
              + override
              + " # é\n---\nkind: Application\napiVersion: argoproj.io/v1alpha1\n"
              + "metadata: {name: cart}\nspec: {}\n";
      MemoryTree after = tree(RELEASE, application.formatted("2.4.1"));

      Plan plan = plan(after, after, tree(RELEASE, application.formatted("2.4.0")));
      assertThat(text(restore(plan, Plan.Level.Field, RELEASE), RELEASE))
          .isEqualTo(application.formatted("2.4.0"));
    }
  }

  @Test
  void scenario25_imageThatNoValueHolds_cannotBeMapped() {
    MemoryTree before = tree(VALUES, "image: {tag: \"1\"}\n");
    MemoryTree after = tree(VALUES, "image: {tag: \"2\"}\n");

    assertBlocked(plan(after, after, before), BlockReason.CannotMap, "does not define");
  }
}
