package dev.palinode.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What mirrors cost, each in a process of its own that does nothing else. */
final class MirrorBench {
  private static final int REPOSITORIES = 300;
  private static final int FILES = 100_000;
  private static final int BRANCHES = 50_000;

  private MirrorBench() {}

  /** Three hundred repositories that were written to and now rest. */
  static void memory(Figures figures, boolean full) throws IOException, InterruptedException {
    try (GitHost host = new GitHost()) {
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < REPOSITORIES; i++) {
        lines.add(GitProbe.line(host.repository("idle-" + i, 1, full ? 1_000 : 100), 0));
      }
      List<String> said = probe(host, "memory", "-Xmx768m", lines);
      figures.exactly("git_idle_repositories", writes(said).size(), "repositories", REPOSITORIES);
      figures.atMost("git_idle_rss", number(said, "rss"), "MiB", 1_024);
      figures.told("git_idle_heap", number(said, "heap"), "MiB");
    }
  }

  /** The first write into a huge repository, and those after it. */
  static void huge(Figures figures, boolean full) throws IOException, InterruptedException {
    int next = full ? 100 : 10;
    try (GitHost host = new GitHost()) {
      GitApps apps = host.repository("huge", next + 1, FILES);
      apps.addBranches(BRANCHES);
      List<String> lines = new ArrayList<>();
      for (int app = 0; app <= next; app++) {
        lines.add(GitProbe.line(apps, app));
      }
      List<String> said = probe(host, "huge", "-Xmx512m", lines);
      List<Double> seconds = writes(said);
      figures.atMost("git_huge_first", seconds.getFirst(), "s", 60);
      figures.told("git_huge_next_n", seconds.size() - 1.0, "samples");
      List<Double> later = seconds.subList(1, seconds.size());
      figures.atMost("git_huge_next_worst", Figures.max(later), "s", 1.5);
      figures.told("git_huge_next_p50", Figures.quantile(later, 0.5), "s");
      figures.told("git_huge_rss", number(said, "rss"), "MiB");
    }
  }

  private static List<String> probe(GitHost host, String name, String heap, List<String> lines)
      throws IOException, InterruptedException {
    Path work = host.folder().resolve(name);
    Files.write(work, lines);
    List<String> command =
        List.of(
            ProcessHandle.current().info().command().orElse("java"),
            heap,
            "-Dlogback.configurationFile=dev/palinode/bench/logback-bench.xml",
            "-cp",
            System.getProperty("java.class.path"),
            GitProbe.class.getName(),
            host.folder().resolve(name + "-store").toString(),
            work.toString());
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<String> said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    if (process.waitFor() != 0) {
      throw new IllegalStateException("the probe failed: " + said);
    }
    return said;
  }

  private static List<Double> writes(List<String> said) {
    return values(said, "wrote");
  }

  private static double number(List<String> said, String what) {
    return values(said, what).getFirst();
  }

  private static List<Double> values(List<String> said, String what) {
    return said.stream()
        .filter(line -> line.startsWith(what + " "))
        .map(line -> Double.valueOf(line.substring(what.length() + 1)))
        .toList();
  }
}
