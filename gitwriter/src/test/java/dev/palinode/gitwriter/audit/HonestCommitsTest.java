package dev.palinode.gitwriter.audit;

import static dev.palinode.gitwriter.audit.Forge.file;
import static dev.palinode.gitwriter.audit.Forge.gone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.jgit.JGitWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every form that a commit of ours may take must pass. */
class HonestCommitsTest {
  private static final String VALUES = "apps/checkout/values.yaml";

  @TempDir Path dir;
  private Forge forge;
  private String good;

  @BeforeEach
  void good() {
    forge = new Forge(dir.resolve("repo.git"));
    good =
        forge.release(
            "checkout 2.4.0",
            file(Shop.DEPLOYMENT, Shop.deployment(Shop.GOOD_IMAGE)),
            file(Shop.CONFIG, Shop.config("1s")));
  }

  @AfterEach
  void close() {
    forge.close();
  }

  private void assertWriterPasses(String bad) {
    try (JGitWriter writer =
        new JGitWriter(
            JGitWriter.Settings.in(dir.resolve("mirrors")),
            _ -> Observed.known(Credentials.none()),
            () -> Shop.ASKED)) {
      WriteOutcome outcome =
          writer.submit(Shop.wish(forge.dir.toString()).revisions(bad, good).intent());
      assertThat(outcome).isInstanceOf(WriteOutcome.Committed.class);
    }
    assertPasses();
  }

  @Test
  void skippedCi_passes() {
    String bad =
        forge.release("checkout 2.4.1", file(Shop.DEPLOYMENT, Shop.deployment(Shop.BAD_IMAGE)));
    try (JGitWriter writer =
        new JGitWriter(
            JGitWriter.Settings.in(dir.resolve("mirrors")),
            _ -> Observed.known(Credentials.none()),
            () -> Shop.ASKED)) {
      assertThat(
              writer.submit(
                  Shop.wish(forge.dir.toString()).revisions(bad, good).skippingCi().intent()))
          .isInstanceOf(WriteOutcome.Committed.class);
    }
    assertThat(forge.subject()).isEqualTo("Revert \"checkout 2.4.1\" [skip ci]");
    assertPasses();
  }

  private void assertPasses() {
    Answer.Looked looked = forge.look(Rules.NONE);
    assertThat(looked.verdicts()).hasSize(1);
    assertThat(looked.verdicts().getFirst().findings()).isEmpty();
  }

  private String message(String bad, boolean withPath) {
    return Forge.join(
        "Revert \"checkout 2.4.1\"",
        "",
        "Deployment shop/checkout goes back to its state of " + good.substring(0, 12) + ".",
        "",
        "Rollback-Intent: intent-0001",
        "Rollback-Target: prod-eu/shop/Deployment/checkout",
        withPath ? "Rollback-Path: apps/checkout" : "Rollback-Mode: field",
        "Rollback-Of: " + bad,
        "Rollback-Good: " + good);
  }

  @Test
  void wholeFile_passes() {
    assertWriterPasses(
        forge.release(
            "checkout 2.4.1 SHOP-77", file(Shop.DEPLOYMENT, Shop.deployment(Shop.BAD_IMAGE))));
  }

  @Test
  void addedAndDeletedFiles_pass() {
    String withSecond = Shop.deployment(Shop.BAD_IMAGE).replace("checkout-config", "checkout-v2");
    String second = Shop.config("9s").replace("checkout-config", "checkout-v2");
    assertWriterPasses(
        forge.release(
            "checkout 2.4.1",
            file(Shop.DEPLOYMENT, withSecond),
            file("apps/checkout/v2/config.yaml", second),
            gone(Shop.CONFIG)));
  }

  @Test
  void kustomizedOverlay_passes() {
    String overlay =
        "resources: [../base]\n"
            + "namePrefix: eu-\n"
            + "namespace: shop\n"
            + "images:\n"
            + "- {name: registry/checkout, newTag: %s}\n";
    String base = Shop.deployment("registry/checkout").replace("  namespace: shop\n", "");
    good =
        forge.release(
            "overlay",
            gone(Shop.DEPLOYMENT),
            gone(Shop.CONFIG),
            file("apps/base/deployment.yaml", base),
            file("apps/base/kustomization.yaml", "resources: [deployment.yaml]\n"),
            file("apps/checkout/kustomization.yaml", overlay.formatted("2.4.0")));
    String bad =
        forge.release("tag", file("apps/checkout/kustomization.yaml", overlay.formatted("2.4.1")));
    String message = message(bad, true).replace("Deployment/checkout", "Deployment/eu-checkout");

    forge.ours(message, file("apps/checkout/kustomization.yaml", overlay.formatted("2.4.0")));

    assertPasses();
  }

  @Test
  void threeWayMerge_passes() {
    String bad =
        forge.release("checkout 2.4.1", file(Shop.DEPLOYMENT, Shop.deployment(Shop.BAD_IMAGE)));
    String scaled = Shop.deployment(Shop.BAD_IMAGE).replace("replicas: 3", "replicas: 5");
    forge.release("scale", file(Shop.DEPLOYMENT, "# kept\n" + scaled + "# kept, too\n"));

    forge.ours(
        message(bad, true),
        file(
            Shop.DEPLOYMENT,
            "# kept\n" + scaled.replace(Shop.BAD_IMAGE, Shop.GOOD_IMAGE) + "# kept, too\n"));

    assertPasses();
  }

  @Test
  void singleFieldBesideAChangedNeighbour_passes() {
    String line = Shop.deployment("X") + "---\n{kind: Values, spec: {tag: '%s', size: %s}} # %s\n";
    good = forge.release("v", file(Shop.DEPLOYMENT, line.formatted("2.4.0", "1", "a")));
    String bad = forge.release("v", file(Shop.DEPLOYMENT, line.formatted("2.4.1", "1", "a")));
    forge.release("v", file(Shop.DEPLOYMENT, line.formatted("2.4.1", "7", "b")));

    forge.ours(message(bad, true), file(Shop.DEPLOYMENT, line.formatted("2.4.0", "7", "b")));

    assertPasses();
  }

  @Test
  void valuesWithWindowsLineEnds_pass() {
    String text = "image:\r\n  tag: %s\r\nreplicas: %s\r\nhost: %s";
    good = forge.release("v", file(VALUES, text.formatted("'2.4.0'", "1", "a")));
    String bad = forge.release("v", file(VALUES, text.formatted("'2.4.1'", "1", "a")));
    forge.release("v", file(VALUES, text.formatted("'2.4.1'", "4", "b")));

    forge.ours(message(bad, true), file(VALUES, text.formatted("'2.4.0'", "4", "b")));

    assertPasses();
  }

  @Test
  void commitOfAnEarlierVersionWithoutPath_passes() {
    String bad =
        forge.release("checkout 2.4.1", file(Shop.DEPLOYMENT, Shop.deployment(Shop.BAD_IMAGE)));
    forge.ours(message(bad, false), file(Shop.DEPLOYMENT, Shop.deployment(Shop.GOOD_IMAGE)));
    assertPasses();
  }

  /** Random subsets of the differences between two texts go back; what comes out must pass. */
  @Test
  void anySubsetOfTheDifferences_passes() {
    for (int seed = 0; seed < 400; seed++) {
      Random random = new Random(seed);
      StringBuilder before = new StringBuilder();
      StringBuilder back = new StringBuilder();
      StringBuilder after = new StringBuilder();
      for (int i = 0; i < 60; i++) {
        String line = "line " + random.nextInt(12) + "\n";
        if (i % 5 != 2) {
          line = "only " + i + "\n";
          before.append(line);
          back.append(line);
          after.append(line);
          continue;
        }
        String left = random.nextBoolean() ? line : "";
        String right = "other " + random.nextInt(12) + "\n";
        before.append(left);
        back.append(right);
        after.append(random.nextBoolean() ? left : right);
      }
      assertThat(isCombination(before, back, after)).as("seed " + seed).isTrue();
      assertThat(isCombination(before, back, after.insert(after.length() / 2, "evil")))
          .as("seed " + seed)
          .isFalse();
    }
  }

  private static boolean isCombination(CharSequence before, CharSequence back, CharSequence after) {
    var known = new java.util.HashMap<String, Integer>();
    return Combination.isOne(
        Pieces.lines(before.toString().getBytes(StandardCharsets.UTF_8), known),
        Pieces.lines(back.toString().getBytes(StandardCharsets.UTF_8), known),
        Pieces.lines(after.toString().getBytes(StandardCharsets.UTF_8), known));
  }
}
