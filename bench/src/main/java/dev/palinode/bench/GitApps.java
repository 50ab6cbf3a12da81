package dev.palinode.bench;

import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.RevertSpec;
import dev.palinode.crds.Weight;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Repository;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A repository of many apps that were all released well and then badly, among other files: one
 * commit good, one commit bad.
 */
record GitApps(Path folder, String url, String good, String bad) {
  private static final Instant RELEASED = Instant.parse("2026-11-01T10:00:00Z");
  private static final int FILES_PER_FOLDER = 100;

  /**
   * Fills an empty bare repository.
   *
   * @param url where writers reach it
   * @param files beside those of the apps
   */
  static GitApps fill(Path folder, String url, int apps, int files)
      throws IOException, InterruptedException {
    Process git =
        new ProcessBuilder("git", "fast-import", "--quiet").directory(folder.toFile()).start();
    try (PrintStream out = stream(git.getOutputStream())) {
      begin(out, "good", RELEASED);
      for (int i = 0; i < files; i++) {
        file(out, "lib/d%d/f%d.txt".formatted(i / FILES_PER_FOLDER, i), "file " + i + "\n");
      }
      for (int app = 0; app < apps; app++) {
        file(out, path(app) + "/deployment.yaml", deployment(app, image(app, "1.0.0")));
      }
      begin(out, "bad", RELEASED.plusSeconds(600));
      for (int app = 0; app < apps; app++) {
        file(out, path(app) + "/deployment.yaml", deployment(app, image(app, "1.0.1")));
      }
    }
    if (git.waitFor() != 0) {
      throw new IOException("git fast-import failed in " + folder);
    }
    return new GitApps(
        folder, url, git(folder, "rev-parse", "main~1"), git(folder, "rev-parse", "main"));
  }

  private static PrintStream stream(OutputStream out) {
    return new PrintStream(new BufferedOutputStream(out, 1 << 16), false, StandardCharsets.UTF_8);
  }

  private static void begin(PrintStream out, String message, Instant when) {
    out.print("commit refs/heads/main\n");
    out.print("committer A Person <person@example.com> " + when.getEpochSecond() + " +0000\n");
    out.print("data " + message.length() + "\n" + message + "\n");
  }

  private static void file(PrintStream out, String path, String text) {
    out.print("M 100644 inline " + path + "\ndata " + text.length() + "\n" + text + "\n");
  }

  /** So many more branches, as busy repositories have them. */
  void addBranches(int count) throws IOException {
    StringBuilder refs = new StringBuilder("# pack-refs with: peeled fully-peeled sorted \n");
    for (int i = 0; i < count; i++) {
      refs.append(good).append(" refs/heads/topic/%06d\n".formatted(i));
    }
    Files.writeString(folder.resolve("packed-refs"), refs);
  }

  /** Takes the bad release of one app back. */
  Intent intent(int app) {
    return intent(url, good, bad, app);
  }

  static Intent intent(String url, String good, String bad, int app) {
    return new Intent(
        "bench-%06d".formatted(app),
        "bench",
        new Repository(url, "main"),
        path(app),
        List.of(),
        new RevertSpec.ObjectRef("apps/v1", "Deployment", "bench", name(app)),
        new RevertSpec.State(bad, "bad", Map.of("app", image(app, "1.0.1"))),
        new RevertSpec.State(good, "good", Map.of("app", image(app, "1.0.0"))),
        new RevertSpec.Reason("errors", "5%", "1%", 1, Weight.percent(5), 1_000L, "bench"),
        RELEASED.plusSeconds(3600),
        List.of(new GitTargetSpec.Grant("bench", List.of("bench"), List.of("apps/"))),
        Duration.ofDays(3650),
        new GitTargetSpec.Author("Palinode", "palinode@example.com"),
        new GitTargetSpec.Budget(1_000_000),
        false);
  }

  private static String name(int app) {
    return "app-" + app;
  }

  private static String path(int app) {
    return "apps/t%d/%s".formatted(app / FILES_PER_FOLDER, name(app));
  }

  private static String image(int app, String tag) {
    return "registry.example.com/" + name(app) + ":" + tag;
  }

  private static String deployment(int app, String image) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: %1$s
      namespace: bench
    spec:
      replicas: 3
      selector:
        matchLabels: {app: %1$s}
      template:
        metadata:
          labels: {app: %1$s}
        spec:
          containers:
          - name: app
            image: %2$s
            ports:
            - containerPort: 8080
    """
        .formatted(name(app), image);
  }

  /** What git itself says, without the end of the line. */
  static String git(Path folder, String... arguments) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(arguments);
    builder.command().addFirst("git");
    Process git = builder.directory(folder.toFile()).redirectErrorStream(true).start();
    String out = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (git.waitFor() != 0) {
      throw new IOException("git " + List.of(arguments) + ": " + out);
    }
    return out;
  }
}
