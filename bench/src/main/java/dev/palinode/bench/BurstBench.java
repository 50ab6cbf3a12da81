package dev.palinode.bench;

import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.jgit.JGitWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** A thousand intents on one branch at once, while three others push to it all the time. */
final class BurstBench {
  private static final int INTENTS = 1_000;
  private static final int RIVALS = 3;
  private static final int FILES = 1_000;

  private BurstBench() {}

  static void run(Figures figures, boolean full)
      throws IOException, InterruptedException, ExecutionException {
    int rounds = full ? 5 : 1;
    try (GitHost host = new GitHost()) {
      burst(host, "warm-up", INTENTS / 4);
      List<Double> seconds = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        Burst burst = burst(host, "burst-" + round, INTENTS);
        seconds.add(burst.seconds);
        figures.exactly("git_burst_commits", burst.commits, "commits", INTENTS);
        figures.exactly("git_burst_lost", burst.lost, "commits", 0);
        figures.exactly("git_burst_merges", burst.merges, "commits", 0);
        figures.told("git_burst_rival_commits", burst.rivals, "commits");
        figures.told("git_burst_pushes", burst.pushes, "pushes");
        figures.told("git_burst_races_lost", burst.races, "pushes");
      }
      figures.told("git_burst_n", rounds, "bursts");
      figures.atMost("git_burst", Figures.max(seconds), "s", 10);
    }
  }

  private record Burst(
      double seconds, long commits, long lost, long merges, int rivals, int pushes, int races) {}

  private static Burst burst(GitHost host, String name, int intents)
      throws IOException, InterruptedException, ExecutionException {
    GitApps apps = host.repository(name, intents, FILES);
    AtomicInteger pushes = new AtomicInteger();
    AtomicInteger races = new AtomicInteger();
    GitWriterListener counter =
        new GitWriterListener() {
          @Override
          public void pushed(Repository repository, PushAnswer answer, int commits, Duration took) {
            pushes.incrementAndGet();
            if (answer != PushAnswer.Landed) {
              races.incrementAndGet();
            }
          }
        };
    AtomicBoolean stop = new AtomicBoolean();
    List<Rival> rivals = new ArrayList<>();
    for (int i = 0; i < RIVALS; i++) {
      rivals.add(new Rival(host.folder(), apps.url(), name + "-rival-" + i, stop));
    }
    List<Intent> all = IntStream.range(0, intents).mapToObj(apps::intent).toList();
    double seconds;
    try (JGitWriter writer = host.writer(counter);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var _ = writer.tipOf(all.getFirst().repository());
      List<Future<?>> running = new ArrayList<>();
      rivals.forEach(r -> running.add(threads.submit(r)));
      long start = System.nanoTime();
      List<Double> each = GitHost.allAtOnce(writer, all);
      seconds = (System.nanoTime() - start) / 1e9;
      stop.set(true);
      for (Future<?> rival : running) {
        rival.get();
      }
      if (each.size() != intents) {
        throw new IllegalStateException("answers are missing");
      }
    }
    return judged(apps, rivals, seconds, pushes.get(), races.get());
  }

  /** What git says about the branch afterwards. */
  private static Burst judged(
      GitApps apps, List<Rival> rivals, double seconds, int pushes, int races)
      throws IOException, InterruptedException {
    Path folder = apps.folder();
    GitApps.git(folder, "fsck", "--strict", "--no-dangling");
    Set<String> line = new HashSet<>(GitApps.git(folder, "rev-list", "main").lines().toList());
    List<String> foreign = rivals.stream().flatMap(r -> r.landed().stream()).toList();
    long lost = foreign.stream().filter(id -> !line.contains(id)).count();
    long ours =
        GitApps.git(folder, "log", "--format=%(trailers:key=Rollback-Intent,valueonly)", "main")
            .lines()
            .filter(id -> !id.isBlank())
            .count();
    long merges = Long.parseLong(GitApps.git(folder, "rev-list", "--merges", "--count", "main"));
    return new Burst(seconds, ours, lost, merges, foreign.size(), pushes, races);
  }
}
