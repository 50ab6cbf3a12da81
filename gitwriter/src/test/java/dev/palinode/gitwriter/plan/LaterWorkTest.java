package dev.palinode.gitwriter.plan;

import static dev.palinode.gitwriter.Shop.BAD_IMAGE;
import static dev.palinode.gitwriter.Shop.CONFIG;
import static dev.palinode.gitwriter.Shop.DEPLOYMENT;
import static dev.palinode.gitwriter.Shop.GOOD_IMAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Shop;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What happens to a restore when somebody wrote after the failed release. */
class LaterWorkTest extends PlanCase {
  private final MemoryTree bad = good.with(Shop.bad());
  private final String good0 = Shop.deployment(GOOD_IMAGE);
  private final String bad0 = Shop.deployment(BAD_IMAGE);

  private MemoryTree deployed(String text) {
    return good.with(Map.of(DEPLOYMENT, text));
  }

  @Test
  void scenario02_rivalEditsAnotherField_bothAreKept() {
    Plan.Restore plan =
        restore(
            plan(deployed(bad0.replace("replicas: 3", "replicas: 7")), bad, good),
            Plan.Level.Path,
            DEPLOYMENT);

    assertThat(text(plan, DEPLOYMENT)).isEqualTo(good0.replace("replicas: 3", "replicas: 7"));
  }

  @Test
  void scenario02_rivalEditsTheSameLine_theValueAloneGoesBack() {
    String head = bad0.replace("# the release", "# watched by ops").replace("\n", "\r\n");
    Plan.Restore plan = restore(plan(deployed(head), bad, good), Plan.Level.Field, DEPLOYMENT);

    assertThat(text(plan, DEPLOYMENT)).isEqualTo(head.replace(BAD_IMAGE, GOOD_IMAGE));
    assertThat(plan.fields())
        .extracting(Plan.Field::toString)
        .containsExactly(
            DEPLOYMENT
                + "#/spec/template/spec/containers/0/image \"%s\" -> \"%s\""
                    .formatted(BAD_IMAGE, GOOD_IMAGE));
  }

  @Test
  void scenario02_rivalScaledWhatTheReleaseScaled_theImageGoesBackAndTheScaleStays() {
    MemoryTree after = deployed(bad0.replace("replicas: 3", "replicas: 5"));
    MemoryTree head = deployed(bad0.replace("replicas: 3", "replicas: 7"));
    Plan.Restore plan = restore(plan(head, after, good), Plan.Level.Field, DEPLOYMENT);

    assertThat(text(plan, DEPLOYMENT)).isEqualTo(good0.replace("replicas: 3", "replicas: 7"));
  }

  @Test
  void scenario03_rivalRestoredTheField_nothingIsWritten() {
    String head = good0.replace("replicas: 3", "replicas: 7");
    assertThat(plan(deployed(head), bad, good)).isEqualTo(new Plan.AlreadyGood());
  }

  @Test
  void scenario04_rivalMovedTheImageOn_isSuperseded() {
    assertSuperseded(
        plan(deployed(Shop.deployment("registry/checkout:2.4.2")), bad, good), "neither");
  }

  @Test
  void scenario04_rivalMovedTheConfigOn_isSuperseded() {
    MemoryTree after = bad.with(Map.of(CONFIG, Shop.config("9s")));
    MemoryTree head = after.with(Map.of(CONFIG, Shop.config("5s")));

    assertSuperseded(plan(head, after, good), "/data/timeout");
  }

  @Test
  void mergeThatWouldNotGiveTheTemplate_isTakenByValue() {
    String twice = "  - op: x\n".repeat(3);
    MemoryTree before = deployed("# " + twice.replace("\n", "\n# ") + "\n" + good0);
    MemoryTree after = deployed("# " + twice.replace("\n", "\n# ") + "\n" + bad0);
    MemoryTree head = deployed("# new\n" + bad0.replace("   # the release", " # by hand"));

    Plan.Restore plan = restore(plan(head, after, before), Plan.Level.Field, DEPLOYMENT);
    assertThat(text(plan, DEPLOYMENT))
        .isEqualTo("# new\n" + good0.replace("   # the release", " # by hand"));
  }

  @Test
  void rivalInsertedAnObjectBefore_ourObjectIsFoundByName() {
    String other = "apiVersion: v1\nkind: Service\nmetadata: {name: checkout}\nspec: {}\n---\n";
    String head = other + bad0.replace("# the release", "# x");
    Plan.Restore plan = restore(plan(deployed(head), bad, good), Plan.Level.Field, DEPLOYMENT);

    assertThat(text(plan, DEPLOYMENT)).isEqualTo(head.replace(BAD_IMAGE, GOOD_IMAGE));
    assertThat(plan.fields().getFirst().pointer()).contains("/containers/0/image");
  }

  @Test
  void generatorInputChangedSince_isMergedAsText() {
    String list =
        "resources: [deployment.yaml]\n"
            + "configMapGenerator: [{name: checkout-config, files: [app.properties]}]\n";
    String input = "apps/checkout/app.properties";
    MemoryTree before =
        good.without(CONFIG)
            .with(
                Map.of(
                    "apps/checkout/kustomization.yaml", list, input, "a=1\nb=1\nc=1\nd=1\ne=1\n"));
    MemoryTree after = before.with(Shop.bad()).with(Map.of(input, "a=2\nb=1\nc=1\nd=1\ne=1\n"));
    MemoryTree head = after.with(Map.of(input, "a=2\nb=1\nc=1\nd=1\ne=3\n"));

    Plan.Restore plan = restore(plan(head, after, before), Plan.Level.Path, DEPLOYMENT, input);
    assertThat(text(plan, input)).isEqualTo("a=1\nb=1\nc=1\nd=1\ne=3\n");
    MemoryTree clash = after.with(Map.of(input, "a=7\nb=1\nc=1\nd=1\ne=1\n"));
    assertThat(plan(clash, after, before)).isInstanceOf(Plan.Changed.class);
  }

  @Test
  void renamedFile_goesBackToItsName_unlessItWasChangedSince() {
    String moved = "apps/checkout/app.yaml";
    MemoryTree after = good.without(DEPLOYMENT).with(Map.of(moved, bad0));

    Plan.Restore plan = restore(plan(after, after, good), Plan.Level.File, DEPLOYMENT, moved);
    assertThat(plan.edits().get(moved)).isEmpty();
    assertThat(text(plan, DEPLOYMENT)).isEqualTo(good0);
    assertThat(plan(after.with(Map.of(moved, bad0 + "# x\n")), after, good))
        .isInstanceOf(Plan.Changed.class);
  }

  @Test
  void addedFile_isRemoved_andDeletedOneComesBack() {
    String extra = "apps/checkout/extra.yaml";
    String second = Shop.config("1s").replace("checkout-config", "checkout-v2");
    MemoryTree after =
        good.without(CONFIG)
            .with(
                Map.of(DEPLOYMENT, bad0.replace("checkout-config", "checkout-v2"), extra, second));

    Plan.Restore plan =
        restore(plan(after, after, good), Plan.Level.File, CONFIG, DEPLOYMENT, extra);
    assertThat(plan.edits().get(extra)).isEmpty();
    MemoryTree head = after.with(Map.of(extra, second + "# kept?\n"));
    assertThat(((Plan.Changed) plan(head, after, good)).details().toString())
        .contains("the release added it, and it was changed since");
  }

  @Test
  void scenario24_sopsFile_goesBackWholeOrNotAtAll() {
    String secret =
        "kind: Secret\napiVersion: v1\nmetadata: {name: checkout-config, namespace: shop}\n"
            + "data: {p: \"ENC[AES256_GCM,data:%s]\"}\nsops: {mac: \"ENC[AES256_GCM,data:%s]\"}\n";
    String file = "apps/checkout/secret.yaml";
    String wanted = good0.replace("configMapRef", "secretRef");
    MemoryTree before = good.with(Map.of(DEPLOYMENT, wanted, file, secret.formatted("a", "1")));
    MemoryTree after =
        before.with(
            Map.of(
                DEPLOYMENT,
                wanted.replace(GOOD_IMAGE, BAD_IMAGE),
                file,
                secret.formatted("b", "2")));

    Plan.Restore plan = restore(plan(after, after, before), Plan.Level.File, DEPLOYMENT, file);
    assertThat(text(plan, file)).isEqualTo(secret.formatted("a", "1"));
    MemoryTree head = after.with(Map.of(file, "# later\n" + secret.formatted("b", "2")));
    assertBlocked(plan(head, after, before), BlockReason.UnsupportedFile, "sops", file);
  }

  @Test
  void scenario24_aliasOrTemplateInTheWay_isNeverGuessed() {
    String anchored =
        bad0.replace("image: " + BAD_IMAGE, "image: &i " + BAD_IMAGE)
            .replace("# the release", "# now\n        env: [{name: I, value: *i}]");
    String before = anchored.replace(BAD_IMAGE, GOOD_IMAGE).replace("# now", "# then");
    MemoryTree after = deployed(anchored.replace("# now", "# mid"));

    assertBlocked(
        plan(deployed(anchored), after, deployed(before)),
        BlockReason.UnsupportedFile,
        "two places");
    MemoryTree link = bad.with(Map.of(DEPLOYMENT, "-> ../x.yaml"));
    assertThat(plan(link, bad, good)).isInstanceOf(Plan.Blocked.class);
  }
}
