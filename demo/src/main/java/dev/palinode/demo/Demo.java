package dev.palinode.demo;

import dev.palinode.demo.Terminal.Tone;
import dev.palinode.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
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
      "in simulated surroundings, and shows how git, cluster and traffic become one again.",
      "With --testbed, through the program itself on a real control plane."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the story came out as it must",
      "1:it did not; the last line says what was expected",
      "2:wrong usage, or the testbed is not built",
      "6:it took longer than 60 s (with --testbed: 10 min)",
      "70:internal error"
    })
final class Demo implements Callable<Integer> {
  static final int DONE = 0;
  static final int OFF = 1;
  static final int USAGE = 2;
  static final int TIMEOUT = 6;
  static final int INTERNAL_ERROR = 70;
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration TESTBED_LIMIT = Duration.ofMinutes(10);

  /** For the parts to stop once the time is over. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  @Option(
      names = "--testbed",
      description =
          "on a real control plane, with Flux and Prometheus; deploy/testbed/build builds them")
  private boolean onTestbed;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "leave the repository, the recorded events (NDJSON) and the logs in DIR")
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
    Optional<String> missing = onTestbed ? Testbed.missing(OnTestbed.PARTS) : Optional.empty();
    if (missing.isPresent()) {
      System.err.println("palinode demo: " + missing.get());
      return USAGE;
    }
    Path place =
        folder == null
            ? Files.createTempDirectory("palinode-demo-")
            : Files.createDirectories(folder).toAbsolutePath();
    System.setProperty("palinode.demo.log", place.resolve("demo.log").toString());
    if (folder == null) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(place)));
    }
    int code = onTestbed ? onTestbed(terminal, place) : inMiniature(terminal, place);
    if (folder != null) {
      terminal.say(
          Tone.QUIET,
          "Kept in %s: shop.git, team (a clone), events.ndjson, demo.log, %s"
              .formatted(
                  folder,
                  onTestbed
                      ? "logs/ of all programs"
                      : "records/ (what the judge was shown: ./palinode replay FILE)"));
    }
    return code;
  }

  private static int inMiniature(Terminal terminal, Path place) {
    guard(LIMIT);
    return run(terminal, LIMIT, () -> new Miniature(terminal, place, Parts.REAL));
  }

  private static int onTestbed(Terminal terminal, Path place) {
    guard(TESTBED_LIMIT);
    Testbed testbed = Testbed.start(Set.of());
    // Also when somebody has seen enough and interrupts.
    Runtime.getRuntime().addShutdownHook(new Thread(testbed::close));
    return run(terminal, TESTBED_LIMIT, () -> new OnTestbed(terminal, place, testbed));
  }

  /** The whole demo; the answer is the exit code. */
  static int run(Terminal terminal, Duration limit, Supplier<Stage> opened) {
    try (Stage stage = opened.get()) {
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

  /** Even if something hangs: the end comes. */
  private static void guard(Duration limit) {
    Thread.ofPlatform()
        .daemon()
        .name("guard")
        .start(() -> {
          try {
            Thread.sleep(limit.plus(GRACE));
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
