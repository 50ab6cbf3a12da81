package dev.palinode.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The whole demo, in this process. */
@Isolated
class DemoTest {
  @TempDir Path folder;

  @Test
  void realParts_tellTheStory() throws Exception {
    var run = DemoRun.of(Parts.REAL, folder);

    assertThat(run.code()).as(run.printed()).isEqualTo(Demo.DONE);
    assertThat(run.printed())
        .contains("git == cluster == traffic", "Rollback-Controller: palinode", "mesh.settle=200ms")
        .doesNotContain("NOT ", "\033[");
    assertThat(run.printed().lines()).allMatch(line -> line.length() <= Terminal.WIDTH);
    assertThat(Files.readAllLines(folder.resolve("events.ndjson")))
        .anyMatch(line -> line.contains("\"Promoted\""))
        .anyMatch(line -> line.contains("\"ReleaseFailed\""));
  }
}
