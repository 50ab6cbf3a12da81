package dev.palinode.testbed;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;

/** One running program of the testbed, with its log file. */
final class Child {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(90);

  private final String name;
  private final Path log;
  private final Process process;

  private Child(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /**
   * Starts {@code program} in a folder of its own, which is also its home: it finds no settings of
   * yours.
   */
  static Child start(String program, Path folder, Map<String, String> env, List<String> arguments) {
    Path log = folder.resolve(program + ".log");
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(program + ".args"), String.join("\n", arguments) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var command = new ArrayList<String>();
    command.add(Binaries.program(program).toString());
    command.addAll(arguments);
    var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.redirectInput(new File("/dev/null"));
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(key -> key.toUpperCase(Locale.ROOT).endsWith("_PROXY"));
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("TMPDIR", folder.toString());
    builder.environment().putAll(env);
    return new Child(program, log, Children.start(builder, folder));
  }

  /**
   * Waits until {@code answers} holds; a program that died meanwhile is reported with its last
   * words.
   */
  Child awaitReady(BooleanSupplier answers) {
    try {
      Awaitility.await(name + " answers")
          .pollInSameThread()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(50))
          .atMost(START_TIMEOUT)
          .failFast(name + " ended", () -> !process.isAlive())
          .until(answers::getAsBoolean);
      return this;
    } catch (ConditionTimeoutException | TerminalFailureException e) {
      throw new IllegalStateException(
          name + " did not come up. The end of " + log + ":\n" + lastWords(), e);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** Ends the program at once: what it holds is worth nothing after a test. */
  void kill() {
    end(process.destroyForcibly());
  }

  /** Asks the program to end, and insists after five seconds. */
  void stop() {
    process.destroy();
    end(process);
  }

  private void end(Process process) {
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Children.ended(process);
  }

  private String lastWords() {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    } catch (IOException e) {
      return "(unreadable: " + e.getMessage() + ")";
    }
  }
}
