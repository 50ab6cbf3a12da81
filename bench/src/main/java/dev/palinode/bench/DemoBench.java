package dev.palinode.bench;

import dev.palinode.testbed.Product;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How long somebody who tries the demo looks at an empty terminal. */
final class DemoBench {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private DemoBench() {}

  static void run(Figures figures, boolean full) throws IOException, InterruptedException {
    Process demo =
        new ProcessBuilder(Product.root().resolve("palinode").toString(), "demo")
            .redirectError(new File("/dev/null"))
            .start();
    long start = System.nanoTime();
    try {
      int first =
          CompletableFuture.supplyAsync(() -> firstByte(demo))
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      double seconds = first < 0 ? Double.NaN : (System.nanoTime() - start) / 1e9;
      figures.atMost("demo_first_output", seconds, "s", 5);
    } catch (ExecutionException | TimeoutException e) {
      figures.atMost("demo_first_output", Double.NaN, "s", 5);
    } finally {
      demo.descendants().forEach(ProcessHandle::destroy);
      demo.destroy();
    }
  }

  private static int firstByte(Process process) {
    try {
      return process.getInputStream().read();
    } catch (IOException e) {
      return -1;
    }
  }
}
