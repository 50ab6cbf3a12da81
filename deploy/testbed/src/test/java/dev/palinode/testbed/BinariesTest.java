package dev.palinode.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BinariesTest {
  /** Java and the shell script must name the same folder, or a built testbed would not be found. */
  @Test
  void folder_isTheOneTheBuildScriptFills() throws Exception {
    var script = new ProcessBuilder("./build", "--where").start();
    String where = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(Binaries.program("etcd")).isEqualTo(Path.of(where.strip(), "bin", "etcd"));
  }
}
