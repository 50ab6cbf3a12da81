package dev.palinode.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** With each of the three broken in turn the story ends badly, and says what was missed. */
@Execution(ExecutionMode.CONCURRENT)
class BrokenPartsTest {

  @Test
  void deciderThatLeavesTheTraffic_isNoticed(@TempDir Path folder) {
    var run =
        DemoRun.of(
            new Parts(BrokenParts.NeverTakesTrafficAway::new, Parts.REAL.judge(), w -> w), folder);

    assertThat(run.code()).as(run.printed()).isEqualTo(Demo.OFF);
    assertThat(run.printed()).contains("expected the traffic to leave 3.0.0-bad");
  }

  @Test
  void judgeThatPassesEverything_isNoticed(@TempDir Path folder) {
    var run =
        DemoRun.of(
            new Parts(Parts.REAL.decider(), BrokenParts.PassesEverything::new, w -> w), folder);

    assertThat(run.code()).as(run.printed()).isEqualTo(Demo.OFF);
    assertThat(run.printed())
        .contains("expected 3.0.0-bad to fail the gate at 5 %; but it was given 50 %");
  }

  @Test
  void writerThatWritesNothing_isNoticed(@TempDir Path folder) {
    var run =
        DemoRun.of(
            new Parts(Parts.REAL.decider(), Parts.REAL.judge(), BrokenParts.WritesNothing::new),
            folder);

    assertThat(run.code()).as(run.printed()).isEqualTo(Demo.OFF);
    assertThat(run.printed())
        .contains("expected Palinode to commit the revert of 3.0.0-bad to git");
  }
}
