package dev.palinode.bench;

import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.jgit.JGitWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many repositories at once, and one whose server takes connections and says nothing. */
final class CrowdBench {
  private static final int INTENTS = 20;
  private static final double MOST_DELAY = 1.1;

  private CrowdBench() {}

  static void run(Figures figures, boolean full)
      throws IOException, InterruptedException, ExecutionException {
    int repositories = full ? 200 : 40;
    int pairs = full ? 5 : 3;
    List<Double> without = new ArrayList<>();
    List<Double> with = new ArrayList<>();
    try (GitHost host = new GitHost();
        JGitWriter writer = host.writer(GitWriterListener.SILENT);
        ServerSocket dead = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress())) {
      List<GitApps> crowd = new ArrayList<>();
      for (int i = 0; i < repositories; i++) {
        crowd.add(host.repository("crowd-" + i, INTENTS * (2 * pairs + 1), 0));
      }
      var _ = GitHost.allAtOnce(writer, round(crowd, 0));
      for (int pair = 0; pair < pairs; pair++) {
        // The order changes from pair to pair, so that a machine that gets busier harms neither.
        boolean isDeadFirst = pair % 2 == 1;
        for (int half = 0; half < 2; half++) {
          boolean isDead = isDeadFirst == (half == 0);
          List<Intent> intents = round(crowd, 1 + 2 * pair + half);
          (isDead ? with : without)
              .addAll(isDead ? beside(writer, dead, intents) : GitHost.allAtOnce(writer, intents));
        }
      }
    }
    figures.told("git_crowd_repositories", repositories, "repositories");
    figures.samples("git_crowd", with.size());
    figures.told("git_crowd_mean", Figures.mean(without), "s");
    figures.atMost(
        "git_crowd_delay_by_dead_remote",
        Figures.mean(with) / Figures.mean(without),
        "ratio of means",
        MOST_DELAY);
  }

  private static List<Intent> round(List<GitApps> crowd, int number) {
    List<Intent> intents = new ArrayList<>();
    for (int i = 0; i < INTENTS; i++) {
      for (GitApps apps : crowd) {
        intents.add(apps.intent(number * INTENTS + i));
      }
    }
    return intents;
  }

  private static List<Double> beside(JGitWriter writer, ServerSocket dead, List<Intent> intents)
      throws InterruptedException, ExecutionException {
    String url = "http://127.0.0.1:" + dead.getLocalPort() + "/dead.git";
    String none = "0123456789".repeat(4);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<WriteOutcome>> stuck = new ArrayList<>();
      for (int i = 0; i < INTENTS; i++) {
        Intent intent = GitApps.intent(url, none, none, i);
        stuck.add(threads.submit(() -> writer.submit(intent)));
      }
      List<Double> seconds = GitHost.allAtOnce(writer, intents);
      for (Future<WriteOutcome> one : stuck) {
        if (!(one.get() instanceof WriteOutcome.Unreachable)) {
          throw new IllegalStateException("the dead remote answered: " + one.get());
        }
      }
      return seconds;
    }
  }
}
