package dev.palinode.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.testbed.Needs;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Testbed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * The same story with the program itself on the real control plane. It takes some minutes, so it is
 * not in the default build, where {@code acceptance} proves the same for itself; run it with {@code
 * -Dtest=OnTestbedIT}.
 */
@Needs({Part.CONTROL_PLANE, Part.FLUX, Part.GIT, Part.PROMETHEUS, Part.MESH})
@Isolated
class OnTestbedIT {
  private static final Duration LIMIT = Duration.ofMinutes(10);

  @Test
  void theProgram_tellsTheStory(Testbed testbed, @TempDir Path folder) throws Exception {
    var run = DemoRun.of(LIMIT, terminal -> new OnTestbed(terminal, folder, testbed));

    assertThat(run.code()).as(run.printed()).isEqualTo(Demo.DONE);
    assertThat(run.printed())
        .contains("git == cluster == traffic", "Rollback-Controller: palinode", "mesh.settle=2s")
        .doesNotContain("NOT ", "\033[");
    assertThat(run.printed().lines()).allMatch(line -> line.length() <= Terminal.WIDTH);
    assertThat(Files.readAllLines(folder.resolve("events.ndjson")))
        .anyMatch(line -> line.contains("\"Promoted\""))
        .anyMatch(line -> line.contains("\"ReleaseFailed\""));
    assertThat(folder.resolve("logs")).isDirectoryContaining("glob:**/palinode-*.log");
    assertThat(new Git(folder.resolve("team")).run("fetch", "-q", "origin", "main")).isEmpty();
  }
}
