package dev.palinode.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class BinariesTest {
  /** Java and the shell script must name the same folder, or a built testbed would not be found. */
  @Test
  void folders_areThoseTheBuildScriptFills() throws Exception {
    var script = new ProcessBuilder("./build", "--where").start();
    List<String> where =
        new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();

    assertThat(Binaries.program("etcd")).isEqualTo(Path.of(where.getFirst(), "bin", "etcd"));
    assertThat(Binaries.program("gitea")).isEqualTo(Path.of(where.getLast(), "gitea"));
    assertThat(Binaries.giteaFiles()).isEqualTo(Path.of(where.getLast(), "files"));
  }
}
