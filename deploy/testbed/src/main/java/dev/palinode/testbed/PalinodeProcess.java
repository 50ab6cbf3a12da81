package dev.palinode.testbed;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The program itself, as a process of its own run as deploy/base runs it, with no more rights. */
public final class PalinodeProcess implements AutoCloseable {
  private final List<String> command;
  private final Path folder;
  private final Path log;
  private final URI management;
  private volatile Process process;
  private volatile boolean supervised;

  private PalinodeProcess(List<String> command, Path folder, int port) {
    this.command = command;
    this.folder = folder;
    this.log = folder.resolve("palinode-" + port + ".log");
    this.management = URI.create("http://127.0.0.1:" + port + "/actuator/");
    this.process = launch();
  }

  /**
   * @param settings each {@code name=value}
   */
  public static PalinodeProcess start(Testbed testbed, String... settings) {
    return start(testbed, testbed.controlPlane().kubeconfig(Account.PALINODE), settings);
  }

  /**
   * @param kubeconfig the way to the API server
   */
  public static PalinodeProcess start(Testbed testbed, Path kubeconfig, String... settings) {
    int port = Ports.free();
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(Product.javaOptions());
    command.addAll(
        List.of(
            "-jar",
            Product.jar().toString(),
            "serve",
            "--kubeconfig=" + kubeconfig,
            "--set=management-port=" + port));
    for (String setting : settings) {
      command.add("--set=" + setting);
    }
    PalinodeProcess started = new PalinodeProcess(command, testbed.folder(), port);
    started.awaitReady();
    return started;
  }

  /** As the machine does it: no warning, nothing written. */
  public void kill() {
    process.destroyForcibly();
    await().atMost(Duration.ofSeconds(10)).until(() -> !process.isAlive());
  }

  /** A new process with the same settings. */
  public void startAgain() {
    process = launch();
    awaitReady();
  }

  /** Kills it and starts the next one, which may be killed before it is ready. */
  public synchronized void killAndLaunch() {
    kill();
    process = launch();
  }

  /** From now on one that ends by itself is followed by another, as the kubelet does it. */
  public void supervise() {
    supervised = true;
    follow(process);
  }

  private void follow(Process watched) {
    var _ = watched.onExit().thenAccept(this::ended);
  }

  private synchronized void ended(Process watched) {
    if (supervised && watched == process) {
      System.out.println("palinode ended by itself: " + watched.exitValue());
      process = launch();
    }
  }

  public Path log() {
    return log;
  }

  /** What the program says of itself, in Prometheus's words. */
  public String metrics() {
    try {
      return Http.send(HttpRequest.newBuilder(management.resolve("prometheus")).build());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public long pid() {
    return process.pid();
  }

  @Override
  public synchronized void close() {
    supervised = false;
    process.destroy();
    await().atMost(Duration.ofSeconds(20)).until(() -> !process.isAlive());
  }

  private Process launch() {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    Process launched = Children.start(builder, folder);
    var _ = launched.onExit().thenAccept(Children::ended);
    if (supervised) {
      follow(launched);
    }
    return launched;
  }

  private void awaitReady() {
    await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .until(() -> {
          if (!process.isAlive()) {
            throw new AssertionError("palinode ended:\n" + Files.readString(log));
          }
          return Http.answers(management.resolve("health/readiness"));
        });
  }
}
