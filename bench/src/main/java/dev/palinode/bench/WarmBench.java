package dev.palinode.bench;

import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.jgit.JGitWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** From the verdict to the pushed commit, one at a time, with a mirror that is there already. */
final class WarmBench {
  private static final int WARM_UP = 60;
  private static final int FILES = 1_000;

  private WarmBench() {}

  static void run(Figures figures, boolean full) throws IOException, InterruptedException {
    int samples = full ? 1_000 : 120;
    List<Double> seconds = new ArrayList<>();
    try (GitHost host = new GitHost();
        JGitWriter writer = host.writer(GitWriterListener.SILENT)) {
      GitApps apps = host.repository("warm", WARM_UP + samples, FILES);
      for (int app = 0; app < WARM_UP + samples; app++) {
        double one = GitHost.seconds(writer, apps.intent(app));
        if (app >= WARM_UP) {
          seconds.add(one);
        }
      }
    }
    figures.samples("git_submit_to_pushed", seconds.size());
    figures.atMost("git_submit_to_pushed_p50", Figures.quantile(seconds, 0.5), "s", 0.25);
    figures.atMost("git_submit_to_pushed_p99", Figures.quantile(seconds, 0.99), "s", 1.5);
  }
}
