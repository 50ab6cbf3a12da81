package dev.palinode.gitwriter.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Shop;

/** Plans on trees of texts. */
abstract class PlanCase {
  final MemoryTree good = new MemoryTree(Shop.good());

  Plan plan(Tree head, Tree bad, Tree good) {
    return Planner.plan(head, bad, good, Shop.wish("/repo").intent());
  }

  static Plan.Restore restore(Plan plan, Plan.Level level, String... files) {
    assertThat(plan).as("%s", plan).isInstanceOf(Plan.Restore.class);
    Plan.Restore restore = (Plan.Restore) plan;
    assertThat(restore.level()).isEqualTo(level);
    assertThat(restore.edits()).containsOnlyKeys(files);
    return restore;
  }

  static String text(Plan.Restore restore, String file) {
    return restore.edits().get(file).orElseThrow().id();
  }

  static void assertBlocked(Plan plan, BlockReason reason, String... words) {
    assertThat(plan).as("%s", plan).isInstanceOf(Plan.Blocked.class);
    assertThat(((Plan.Blocked) plan).reason()).as("%s", plan).isEqualTo(reason);
    assertThat(((Plan.Blocked) plan).message()).contains(words);
  }

  static void assertSuperseded(Plan plan, String word) {
    assertThat(plan).as("%s", plan).isInstanceOf(Plan.Superseded.class);
    assertThat(((Plan.Superseded) plan).message()).contains(word);
  }
}
