package dev.palinode.controller.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.controller.act.EffectRunner;
import dev.palinode.controller.decide.Decider;
import dev.palinode.controller.decide.Pace;
import dev.palinode.controller.ports.FakeCluster;
import dev.palinode.controller.reconcile.CanaryLoop;
import dev.palinode.controller.reconcile.LoopListener;
import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.Phase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a look costs. A fleet of idle Canaries must cost the API server nothing. */
class WorldReaderTest {
  private final FakeCluster cluster = new FakeCluster(spec());
  private final CanaryLoop loop =
      new CanaryLoop(
          cluster,
          new WorldReader(cluster, cluster, cluster, cluster),
          new Decider(Pace.DEFAULT),
          new EffectRunner(cluster, cluster, cluster),
          () -> cluster.now,
          LoopListener.SILENT);

  @Test
  void idleAtRest_readsNothingButItsCanaryAndTheCachedTarget() {
    untilAtRest();
    long reads = cluster.portReads;
    long version = cluster.version();

    for (int i = 0; i < 100; i++) {
      assertThat(loop.look(FakeCluster.NAME)).as("only news can change the answer").isEmpty();
    }

    assertThat(cluster.status.phase()).isEqualTo(Phase.Idle);
    assertThat(cluster.portReads).isEqualTo(reads);
    assertThat(cluster.version()).as("nor does it write").isEqualTo(version);
  }

  @Test
  void newTemplate_isReadFreshBeforeItIsTried() {
    untilAtRest();
    long reads = cluster.portReads;
    cluster.template = "v2";
    cluster.deploymentGeneration++;

    loop.look(FakeCluster.NAME);

    assertThat(cluster.portReads).isGreaterThan(reads);
    assertThat(cluster.status.phase()).isEqualTo(Phase.Preparing);
  }

  @Test
  void laggingWatch_startsNoRolloutOfATemplateThatIsGone() {
    untilAtRest();
    cluster.template = "v2";
    cluster.pass(Duration.ofSeconds(1));
    cluster.template = "v1";
    cluster.cacheLag = Duration.ofMillis(500);
    cluster.now = cluster.now.plusMillis(600);

    loop.look(FakeCluster.NAME);

    assertThat(cluster.status.phase()).isEqualTo(Phase.Idle);
  }

  private void untilAtRest() {
    for (int i = 0; i < 60; i++) {
      cluster.pass(Duration.ofSeconds(1));
      loop.look(FakeCluster.NAME);
    }
  }

  private static CanarySpec spec() {
    return new CanarySpec(
        new CanarySpec.TargetRef("Deployment", "checkout"),
        null,
        new CanarySpec.Traffic(
            new CanarySpec.Istio(
                List.of(new CanarySpec.VirtualServiceRef("checkout", null, List.of())), null)),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }
}
