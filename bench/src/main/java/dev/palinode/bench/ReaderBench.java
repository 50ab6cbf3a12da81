package dev.palinode.bench;

import dev.palinode.analysis.BuiltInTemplates;
import dev.palinode.analysis.Gate;
import dev.palinode.analysis.GateSettings;
import dev.palinode.analysis.Reading;
import dev.palinode.analysis.RouteWeight;
import dev.palinode.analysis.SharedReads;
import dev.palinode.analysis.Verdict;
import dev.palinode.bench.Scenario.Rough;
import dev.palinode.crds.AnalysisTemplateSpec.Margin;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * The whole gate on simulated raw samples, as the controller runs it: looks every five seconds,
 * reads, cuts windows, learns from the day before, judges with the mixture over onsets. And what a
 * judgement costs.
 */
final class ReaderBench {
  private static final Duration LOOK = Duration.ofSeconds(5);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int FULL = 2_000;
  private static final int SHORT = 100;
  private static final int ROLLOUTS = 200;
  private static final int METRICS = 10;
  private static final int ROUNDS = 20;

  private ReaderBench() {}

  /** Healthy and harmed releases through the real reader. */
  static void run(Figures figures, boolean full) {
    int n = full ? FULL : SHORT;
    figures.told("judge_reader_n", n, "rollouts");
    Scenario healthy = Scenario.healthy(100, 0.005).onPods(0.3, 1, 9);
    for (Rough rough : Rough.toAny()) {
      Scenario scenario = rough == Rough.NONE ? healthy : healthy.with(rough);
      double[] alarms = delays(scenario, n);
      String name = "judge_reader_" + rough.name().toLowerCase(java.util.Locale.ROOT);
      figures.atMost(name + "_rolled_back", 100.0 * alarms.length / n, "%", 0.7);
      if (full) {
        double upper = 100 * Wilson.upper(alarms.length, n);
        figures.atMost(name + "_upper_wilson", upper, "%", 100 * JudgeRules.ALPHA);
      }
    }
    Scenario half = Scenario.of("harm", 100, 0.001, 0.005).onPods(0, 1, 9);
    Scenario two = Scenario.of("harm", 100, 0.001, 0.02).onPods(0, 1, 9);
    for (Scenario scenario : List.of(half, two)) {
      double[] found = delays(scenario, n);
      String name = "judge_reader_100rps+" + Figures.number(100 * scenario.shift()) + "pt";
      figures.told(name + "_found", 100.0 * found.length / n, "%");
      figures.told(name + "_median", found.length == 0 ? Double.NaN : found[found.length / 2], "s");
    }
  }

  /** Seconds from the onset to the look that fails the release, in order; of those that fail. */
  private static double[] delays(Scenario scenario, int n) {
    return Arrays.stream(
            IntStream.range(0, n).parallel().mapToDouble(i -> delay(scenario, i)).toArray())
        .filter(d -> d >= 0)
        .sorted()
        .toArray();
  }

  private static double delay(Scenario scenario, int replicate) {
    SampleStream store = new SampleStream(scenario, "checkout", replicate);
    Gate gate = gate(List.of(errors(scenario)));
    RouteWeight weight = RouteWeight.told(SampleStream.START);
    long seen = 0;
    for (Instant now = SampleStream.START;
        !now.isAfter(SampleStream.START.plus(HOUR));
        now = now.plus(LOOK)) {
      store.at(now);
      Verdict verdict = gate.look(store, store.arms(), weight, now).verdict();
      seen = Math.max(seen, verdict.evidence().requests());
      if (verdict instanceof Verdict.Fail) {
        return Duration.between(SampleStream.START.plus(scenario.onset()), now).toSeconds();
      }
    }
    if (seen == 0) {
      throw new IllegalStateException("nothing was read, so nothing was judged");
    }
    return -1;
  }

  /** Without a margin, as the simulated judge is asked; with the usual one for a warm-up. */
  private static Metric errors(Scenario scenario) {
    Metric http = BuiltInTemplates.http().metrics().getFirst();
    boolean excused = scenario.rough() == Rough.WARM_UP;
    return new Metric(
        "errors",
        http.ratio(),
        null,
        null,
        null,
        excused ? http.margin() : new Margin(1.0, 0.0),
        null,
        null,
        null,
        0,
        true);
  }

  private static Gate gate(List<Metric> metrics) {
    return new Gate(metrics, JudgeRules.ALPHA, SampleStream.START, GateSettings.defaults());
  }

  /** CPU of the thread that judges, state, and questions; reading over HTTP is not in it. */
  static void cost(Figures figures, boolean full) {
    Duration judged = full ? Duration.ofMinutes(30) : Duration.ofMinutes(5);
    ten(figures, judged);
    many(figures, judged);
  }

  private static void ten(Figures figures, Duration judged) {
    Scenario scenario = Scenario.healthy(100, 0.005).onPods(0.3, 1, 9);
    List<Metric> metrics = new ArrayList<>();
    for (int i = 0; i < METRICS; i++) {
      metrics.add(errors(scenario));
    }
    SampleStream store = new SampleStream(scenario, "checkout", 0);
    double cpu = 0;
    int looks = 0;
    Reading last = null;
    for (int round = 0; round < ROUNDS; round++) {
      Gate gate = gate(metrics);
      looks = 0;
      long before = cpuNanos();
      Instant start = SampleStream.START;
      for (Instant now = start; !now.isAfter(start.plus(judged)); now = now.plus(Scenario.WINDOW)) {
        store.at(now);
        last = gate.look(store, store.arms(), RouteWeight.told(start), now);
        looks++;
      }
      // The last round counts: the first ones are the compiler's, and a controller runs for weeks.
      cpu = (cpuNanos() - before) / 1e6 / looks;
    }
    figures.samples("judge_ten_metrics", looks);
    figures.atMost("judge_ten_metrics_cpu", cpu, "ms", 1);
    int bytes = last == null ? 0 : last.state().orElse("").length();
    figures.atMost("judge_ten_metrics_state", bytes / 1024.0, "KiB", 16);
  }

  private static void many(Figures figures, Duration judged) {
    Scenario scenario = Scenario.healthy(100, 0.005).onPods(0.3, 1, 9);
    List<SampleStream> stores =
        IntStream.range(0, ROLLOUTS)
            .mapToObj(i -> new SampleStream(scenario, "app-" + i, i))
            .toList();
    AtomicInteger asked = new AtomicInteger();
    SharedReads shared = new SharedReads(new ManyServices(stores, asked));
    List<Gate> gates = stores.stream().map(_ -> gate(BuiltInTemplates.http().metrics())).toList();
    RouteWeight weight = RouteWeight.told(SampleStream.START);
    int intervals = 0;
    long before = cpuNanos();
    Instant begin = SampleStream.START.plusSeconds(60);
    for (Instant now = begin; now.isBefore(begin.plus(judged)); now = now.plus(LOOK)) {
      for (SampleStream store : stores) {
        store.at(now);
      }
      for (int i = 0; i < ROLLOUTS; i++) {
        gates.get(i).look(shared, stores.get(i).arms(), weight, now);
      }
      intervals++;
      if (intervals == 12) {
        // The first minute reads the history and everything since the start.
        before = cpuNanos();
        asked.set(0);
      }
    }
    double seconds = (intervals - 12) * (double) LOOK.toSeconds();
    figures.told("judge_200_rollouts_watched", seconds, "s");
    figures.atMost("judge_200_rollouts_cpu", (cpuNanos() - before) / 1e7 / seconds, "%", 10);
    figures.atMost(
        "judge_200_rollouts_questions",
        asked.get() / (double) (intervals - 12) / 2,
        "per selector and interval",
        1);
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
