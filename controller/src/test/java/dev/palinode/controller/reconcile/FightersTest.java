package dev.palinode.controller.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.controller.act.EffectRunner;
import dev.palinode.controller.decide.Decider;
import dev.palinode.controller.observe.WorldReader;
import dev.palinode.controller.ports.FakeCluster;
import dev.palinode.crds.Conditions;
import dev.palinode.crds.Phase;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Programs that write to git as well, and do not know when to stop. */
class FightersTest {
  private static final String BAD = "v2-bad";

  private final FakeCluster cluster = new FakeCluster(History.spec(1));
  private final CanaryLoop loop =
      new CanaryLoop(
          cluster,
          new WorldReader(cluster, cluster, cluster, cluster),
          new Decider(History.PACE),
          new EffectRunner(cluster, cluster, cluster),
          () -> cluster.now,
          LoopListener.SILENT);

  private void live(int beats, boolean updater) {
    for (int i = 0; i < beats; i++) {
      cluster.pass(Duration.ofSeconds(1));
      loop.look(FakeCluster.NAME);
      boolean undone = !cluster.commits.getLast().equals(BAD) && cluster.commits.contains(BAD);
      if (updater && undone && cluster.template.equals("v1")) {
        cluster.commit(BAD);
      }
    }
  }

  @Test
  void scenario27_imageUpdaterReappliesTheBadTag_oneReRevertThenStopAndPage() {
    live(30, false);
    cluster.commit(BAD);
    live(1_200, true);
    assertThat(cluster.status.phase()).isEqualTo(Phase.Rejected);
    assertThat(cluster.serving()).containsExactly("v1");
    assertThat(Conditions.find(cluster.status.conditions(), "InSync").orElseThrow().getReason())
        .isEqualTo("RevertContested");
    assertThat(cluster.told).filteredOn(t -> t.startsWith("RevertContested")).hasSize(1);

    long served = cluster.servedBy.get(BAD);
    cluster.edit(History.Tokens.retry(cluster.spec, "the updater is off"));
    live(300, false);
    assertThat(cluster.servedBy.get(BAD)).as("retry admits it once more").isGreaterThan(served);
    assertThat(cluster.revertCommits).as("and its failure is reverted").hasSize(3);
    assertThat(cluster.status.phase()).isEqualTo(Phase.Idle);
  }
}
