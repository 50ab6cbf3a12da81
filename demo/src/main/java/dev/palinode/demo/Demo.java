package dev.palinode.demo;

import dev.palinode.demo.Terminal.Tone;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program {@code palinode demo}. */
@Command(
    name = "palinode demo",
    sortOptions = false,
    usageHelpWidth = 100,
    description = {
      "Ships a good release, then a bad one, through the real controller, judge and git writer",
      "in simulated surroundings, and shows how git, cluster and traffic become one again."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the story came out as it must",
      "1:it did not; the last line says what was expected",
      "2:wrong usage",
      "6:it took longer than 60 s",
      "70:internal error"
    })
final class Demo implements Callable<Integer> {
  static final int DONE = 0;
  static final int OFF = 1;
  static final int USAGE = 2;
  static final int TIMEOUT = 6;
  static final int INTERNAL_ERROR = 70;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "leave the repository, the recorded events (NDJSON) and the log in DIR")
  private @Nullable Path keep;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this help and exit")
  private boolean help;

  public static void main(String[] args) {
    int code =
        new CommandLine(new Demo())
            .setExecutionExceptionHandler((e, line, _) -> {
              line.getErr().println("palinode demo: internal error: " + e);
              return INTERNAL_ERROR;
            })
            .execute(args);
    // Whatever threads are left have nothing to add.
    System.exit(code);
  }

  @Override
  public Integer call() throws IOException {
    Terminal terminal = Terminal.ofProcess();
    Path folder = keep;
    if (folder != null && Files.exists(folder) && !isEmptyFolder(folder)) {
      System.err.println("palinode demo: " + folder + " is no empty folder; name another");
      return USAGE;
    }
    Path place =
        folder == null
            ? Files.createTempDirectory("palinode-demo-")
            : Files.createDirectories(folder).toAbsolutePath();
    System.setProperty("palinode.demo.log", place.resolve("palinode.log").toString());
    guard();
    if (folder == null) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(place)));
    }
    int code = run(terminal, place, Parts.REAL, LIMIT);
    if (folder != null) {
      terminal.say(
          Tone.QUIET,
          "Kept in " + folder + ": shop.git, team (a clone), events.ndjson, palinode.log");
    }
    return code;
  }

  /** The whole demo; the answer is the exit code. */
  static int run(Terminal terminal, Path folder, Parts parts, Duration limit) {
    introduce(terminal);
    try (Stage stage = new Stage(folder, parts)) {
      Story.Told told = new Story(terminal, stage, limit).tell();
      new Ending(terminal, stage).compare(told);
      terminal.say(Tone.QUIET, "Done in %.0f s.".formatted(terminal.elapsed().toMillis() / 1e3));
      return DONE;
    } catch (Expectation e) {
      terminal.title("Not as it must be: " + e.getMessage());
      return OFF;
    } catch (Expectation.TooSlow e) {
      terminal.title("Too slow: " + e.getMessage() + ".");
      return TIMEOUT;
    }
  }

  private static void introduce(Terminal terminal) {
    terminal.say(Tone.TITLE, "Palinode in miniature");
    terminal.say(
        Tone.PLAIN,
        "Real: the controller's loop, its decider, the judge and the git writer, over HTTP and"
            + " git.");
    terminal.say(
        Tone.PLAIN,
        "Simulated: the API server (in memory), ReplicaSets and pods, the mesh and its "
            + Mesh.PER_SECOND
            + " requests/s,");
    terminal.say(Tone.PLAIN, "  Prometheus, and Flux, which applies main every half second.");
    terminal.say(
        Tone.QUIET,
        "Shortened so that nobody waits: mesh.settle=%dms (else 15s), mesh.drain=%ds (30s),"
            .formatted(Stage.SETTLE.toMillis(), Stage.DRAIN.toSeconds()));
    terminal.say(
        Tone.QUIET,
        "  analysis.interval=%dms (5s), prometheus.scrape-interval=%dms (15s). Nothing else."
            .formatted(Stage.LOOK.toMillis(), MetricStore.SCRAPE.toMillis()));
  }

  /** Even if something hangs: the end comes. */
  private static void guard() {
    Thread.ofPlatform()
        .daemon()
        .name("guard")
        .start(() -> {
          try {
            Thread.sleep(LIMIT.plusSeconds(5));
            Runtime.getRuntime().halt(TIMEOUT);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private static boolean isEmptyFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (var files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  private static void delete(Path folder) {
    try (var files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException _) {
      // A folder for temporary files may keep some.
    }
  }
}
