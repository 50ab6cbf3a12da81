package dev.palinode.bench;

import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.jgit.JGitWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * How fast commits are made, in small and large repositories: trees rewritten and proven, commits
 * written and packed, as the engine does it while it carries out a burst. Reading and planning are
 * told beside it.
 */
final class BuildBench {
  private static final int COMMITS = 1_000;
  private static final List<Integer> FILES = List.of(1_000, 10_000, 100_000);

  private BuildBench() {}

  static void run(Figures figures, boolean full)
      throws IOException, InterruptedException, ExecutionException {
    int rounds = full ? 5 : 2;
    try (GitHost host = new GitHost()) {
      for (int i = 0; i < 2; i++) {
        var _ = rate(host, "build-warm-up-" + i, FILES.getFirst());
      }
      for (int files : FILES) {
        Rate best = rate(host, "build-%d-0".formatted(files), files);
        for (int round = 1; round < rounds; round++) {
          Rate next = rate(host, "build-%d-%d".formatted(files, round), files);
          best = next.built > best.built ? next : best;
        }
        String name = "git_commits_built_" + files / 1_000 + "k_files";
        figures.atLeast(name, best.built, "1/s", 2_500);
        figures.told(name + "_planned_and_pushed", best.pushed, "1/s");
      }
      figures.told("git_commits_built_n", (double) rounds * COMMITS, "commits, best of " + rounds);
    }
  }

  /** Commits per second: made, and all in all. */
  private record Rate(double built, double pushed) {}

  private static Rate rate(GitHost host, String name, int files)
      throws IOException, InterruptedException, ExecutionException {
    GitApps apps = host.repository(name, COMMITS, files - COMMITS);
    AtomicLong nanos = new AtomicLong();
    AtomicInteger commits = new AtomicInteger();
    GitWriterListener clock =
        new GitWriterListener() {
          @Override
          public void built(Repository repository, int count, Duration took) {
            commits.addAndGet(count);
            nanos.addAndGet(took.toNanos());
          }
        };
    List<Intent> intents =
        IntStream.range(0, COMMITS)
            .mapToObj(app -> GitApps.intent(apps.folder().toString(), apps.good(), apps.bad(), app))
            .toList();
    try (JGitWriter writer = host.writer(clock)) {
      var _ = writer.tipOf(intents.getFirst().repository());
      long start = System.nanoTime();
      var _ = GitHost.allAtOnce(writer, intents);
      double whole = (System.nanoTime() - start) / 1e9;
      return new Rate(commits.get() * 1e9 / nanos.get(), COMMITS / whole);
    }
  }
}
