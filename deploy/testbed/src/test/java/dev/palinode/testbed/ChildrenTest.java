package dev.palinode.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Needs(Part.PROMETHEUS)
class ChildrenTest {
  /** Run in a JVM of its own, which the test kills. */
  static final class Victim {
    public static void main(String[] args) throws InterruptedException {
      Testbed.start(Set.of(Part.PROMETHEUS));
      System.out.println("up");
      new CountDownLatch(1).await();
    }
  }

  @TempDir private Path folder;

  @Test
  void killedJvm_leavesNoProcessBehind() throws Exception {
    var java = ProcessHandle.current().info().command().orElseThrow();
    var classPath = System.getProperty("java.class.path");
    var jvm =
        new ProcessBuilder(
                java, "-Djava.io.tmpdir=" + folder, "-cp", classPath, Victim.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var out = jvm.inputReader()) {
      assertThat(out.lines().anyMatch("up"::equals)).isTrue();
    }
    List<ProcessHandle> children = jvm.toHandle().descendants().toList();
    assertThat(children).isNotEmpty();

    jvm.destroyForcibly();

    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
  }
}
