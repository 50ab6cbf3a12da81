package dev.palinode.bench;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.jgit.JGitWriter;
import dev.palinode.testbed.GitRepository;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Git's own http-backend on loopback, repositories on it, and writers to them. */
final class GitHost implements AutoCloseable {
  private final Testbed testbed = Testbed.start(EnumSet.of(Part.GIT));
  private final Path folder = Files.createTempDirectory("palinode-bench-git");

  GitHost() throws IOException {}

  GitApps repository(String name, int apps, int files) throws IOException, InterruptedException {
    GitRepository empty = testbed.git().createRepository(name);
    return GitApps.fill(empty.path(), empty.url().toString(), apps, files);
  }

  /** The token of a repository, as every part of this benchmark finds it out from the url. */
  static Credentials credentials(String url) {
    if (!url.startsWith("http")) {
      return Credentials.none();
    }
    String file = url.substring(url.lastIndexOf('/') + 1);
    return Credentials.token("token-of-" + file.replace(".git", ""), "bench");
  }

  JGitWriter writer(GitWriterListener listener) throws IOException {
    return writer(Files.createTempDirectory(folder, "store"), listener);
  }

  static JGitWriter writer(Path store, GitWriterListener listener) {
    return new JGitWriter(
        JGitWriter.Settings.in(store),
        repository -> Observed.known(credentials(repository.url())),
        InstantSource.system(),
        listener);
  }

  /** Seconds from the submission to the answer. */
  static double seconds(JGitWriter writer, Intent intent) {
    long start = System.nanoTime();
    WriteOutcome outcome = writer.submit(intent);
    if (!(outcome instanceof WriteOutcome.Committed)) {
      throw new IllegalStateException(intent.id() + " was not committed: " + outcome);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /** All at once; how long each took. */
  static List<Double> allAtOnce(JGitWriter writer, List<Intent> intents)
      throws InterruptedException, ExecutionException {
    List<Double> seconds = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Double>> answers =
          intents.stream().map(i -> threads.submit(() -> seconds(writer, i))).toList();
      for (Future<Double> answer : answers) {
        seconds.add(answer.get());
      }
    }
    return seconds;
  }

  Path folder() {
    return folder;
  }

  @Override
  public void close() throws IOException {
    testbed.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
