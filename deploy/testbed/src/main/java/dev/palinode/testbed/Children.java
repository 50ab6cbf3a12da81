package dev.palinode.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure that no process of ours outlives this JVM.
 *
 * <p>A shutdown hook ends them in the usual case. When the JVM itself is killed, no hook runs: then
 * a small shell, which reads their numbers from us, sees its input end and kills those that are
 * left, recognising each by its start time.
 */
final class Children {
  private static final String WATCHDOG =
      """
      trap '' INT TERM HUP
      started() { cut -d' ' -f22 "/proc/$1/stat" 2>/dev/null; }
      alive=
      while read -r verb pid; do
        if [ "$verb" = start ]; then
          alive="$alive $pid:$(started "$pid")"
        else
          kept=
          for p in $alive; do [ "${p%%:*}" = "$pid" ] || kept="$kept $p"; done
          alive=$kept
        fi
      done
      for p in $alive; do
        [ "$(started "${p%%:*}")" != "${p##*:}" ] || kill -9 "${p%%:*}"
      done
      """;

  private static final Map<Process, Path> RUNNING = new LinkedHashMap<>();
  private static @Nullable Writer watchdog;

  private Children() {}

  /** Starts a process that works in {@code folder}. */
  static synchronized Process start(ProcessBuilder builder, Path folder) {
    try {
      Writer watch = watchdog();
      Process process = builder.start();
      RUNNING.put(process, folder);
      watch.write("start " + process.pid() + "\n");
      watch.flush();
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + builder.command().getFirst(), e);
    }
  }

  static synchronized void ended(Process process) {
    RUNNING.remove(process);
    try {
      Writer watch = watchdog();
      watch.write("stop " + process.pid() + "\n");
      watch.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills what works in {@code folder} or below: the rest of a part that failed to start. */
  static synchronized void killIn(Path folder) {
    for (var entry : List.copyOf(RUNNING.entrySet()).reversed()) {
      if (entry.getValue().startsWith(folder)) {
        entry.getKey().destroyForcibly();
        ended(entry.getKey());
      }
    }
  }

  private static Writer watchdog() throws IOException {
    if (watchdog != null) {
      return watchdog;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(Children::killAll, "testbed-children"));
    var shell = new ProcessBuilder("sh", "-c", WATCHDOG);
    shell.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    shell.redirectError(ProcessBuilder.Redirect.DISCARD);
    watchdog = shell.start().outputWriter(StandardCharsets.US_ASCII);
    return watchdog;
  }

  private static synchronized void killAll() {
    List.copyOf(RUNNING.keySet()).reversed().forEach(Process::destroyForcibly);
  }
}
