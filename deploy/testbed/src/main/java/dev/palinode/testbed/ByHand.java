package dev.palinode.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The testbed without tests: {@code up [PART...]} runs it until it is told to stop, {@code down}
 * tells it, {@code state} prints where everything is.
 *
 * <p>The state file names the one process to stop by number and start time; that process ends the
 * components, which only it has started.
 */
final class ByHand {
  private static final Path STATE = Binaries.home().resolve("up.state");
  private static final Set<Part> USUAL = EnumSet.complementOf(EnumSet.of(Part.GITEA));
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private ByHand() {}

  public static void main(String[] args) throws Exception {
    try {
      switch (args.length == 0 ? "" : args[0]) {
        case "up" -> up(parts(Arrays.copyOfRange(args, 1, args.length)));
        case "down" -> down();
        case "state" -> state();
        default -> throw new IllegalArgumentException("Write up [PART...], down or state.");
      }
    } catch (IllegalArgumentException | IllegalStateException e) {
      System.err.println("testbed: " + e.getMessage());
      System.exit(1);
    }
  }

  private static Set<Part> parts(String[] names) {
    if (names.length == 0) {
      return USUAL;
    }
    return Stream.of(names)
        .map(ByHand::part)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Part.class)));
  }

  private static Part part(String name) {
    return Stream.of(Part.values())
        .filter(part -> nameOf(part).equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                name
                    + " is no part. The parts are "
                    + Stream.of(Part.values()).map(ByHand::nameOf).collect(Collectors.joining(", "))
                    + "."));
  }

  private static String nameOf(Part part) {
    return part.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static void up(Set<Part> parts) throws IOException, InterruptedException {
    if (running().isPresent()) {
      throw new IllegalStateException("A testbed is up already. Run deploy/testbed/down first.");
    }
    var testbed = Testbed.start(parts);
    var stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  testbed.close();
                  deleteState();
                  stopped.countDown();
                },
                "testbed-down"));
    writeState(describe(testbed, parts));
    stopped.await();
  }

  private static Map<String, String> describe(Testbed testbed, Set<Part> parts) {
    var state = new LinkedHashMap<String, String>();
    state.put("pid", Long.toString(ProcessHandle.current().pid()));
    state.put("started", started(ProcessHandle.current()));
    state.put("files", testbed.folder().toString());
    Set<Part> all = Part.withWhatTheyNeed(parts);
    if (all.contains(Part.CONTROL_PLANE)) {
      var controlPlane = testbed.controlPlane();
      state.put("api-server", controlPlane.uri().toString());
      state.put("kubectl", Binaries.program("kubectl").toString());
      for (Account account : new Account[] {Account.ADMIN, Account.PALINODE, Account.FLUX}) {
        state.put("kubeconfig-" + account.fileName(), controlPlane.kubeconfig(account).toString());
      }
    }
    if (all.contains(Part.PROMETHEUS)) {
      state.put("prometheus", testbed.prometheus().uri().toString());
    }
    if (all.contains(Part.GIT)) {
      var repository = testbed.git().createRepository("demo");
      state.put("git", repository.url().toString());
      state.put("git-token", repository.token());
    }
    if (all.contains(Part.GITEA)) {
      state.put("gitea", testbed.gitea().uri().toString());
      state.put("gitea-token", testbed.gitea().createUser("demo"));
    }
    if (all.contains(Part.MESH)) {
      state.put("mesh", "http://127.0.0.1:" + testbed.mesh().port());
    }
    return state;
  }

  private static void down() throws IOException, InterruptedException {
    Optional<ProcessHandle> process = running();
    if (process.isEmpty()) {
      deleteState();
      System.out.println("No testbed is up.");
      return;
    }
    process.get().destroy();
    try {
      process.get().onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      // Its watchdog ends the components then.
      process.get().destroyForcibly();
      deleteState();
    }
    System.out.println("The testbed is down.");
  }

  private static void state() throws IOException {
    if (running().isEmpty()) {
      System.out.println("No testbed is up.");
      return;
    }
    System.out.print(Files.readString(STATE));
  }

  /** The process of the state file, unless it has ended and its number now is another's. */
  private static Optional<ProcessHandle> running() throws IOException {
    if (!Files.exists(STATE)) {
      return Optional.empty();
    }
    Map<String, String> state =
        Files.readAllLines(STATE).stream()
            .map(line -> line.split("=", 2))
            .collect(Collectors.toMap(entry -> entry[0], entry -> entry[1]));
    return ProcessHandle.of(Long.parseLong(state.getOrDefault("pid", "0")))
        .filter(process -> started(process).equals(state.get("started")));
  }

  private static String started(ProcessHandle process) {
    return process.info().startInstant().map(Object::toString).orElse("unknown");
  }

  private static void writeState(Map<String, String> state) throws IOException {
    Files.createDirectories(STATE.getParent());
    Path part = STATE.resolveSibling("up.state.part");
    Files.write(part, state.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
    Files.move(part, STATE, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void deleteState() {
    try {
      Files.deleteIfExists(STATE);
    } catch (IOException e) {
      System.err.println("testbed: " + STATE + " could not be removed: " + e);
    }
  }
}
