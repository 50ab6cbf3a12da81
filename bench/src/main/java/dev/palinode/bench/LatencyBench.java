package dev.palinode.bench;

import dev.palinode.analysis.Measured.Buckets;
import dev.palinode.analysis.Onset;
import dev.palinode.analysis.ShiftTest;
import dev.palinode.analysis.replay.FlaggerRule;
import dev.palinode.analysis.replay.KayentaRule;
import dev.palinode.analysis.replay.Rule;
import dev.palinode.bench.LatencyStream.Slowness;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Slower releases, and healthy ones, by their whole histograms; beside the rules of others on a
 * 99th percentile each minute. In Istio's own buckets, and in those of a native histogram of schema
 * 3, whose bounds are the eighth roots of two apart.
 */
final class LatencyBench {
  private static final int FULL_HEALTHY = 5_000;
  private static final int FULL_SLOW = 2_000;
  private static final int SHORT = 100;

  private static final double[] CLASSIC = {
    0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, Double.POSITIVE_INFINITY
  };

  /** From a millisecond to sixteen seconds. */
  private static final double[] NATIVE =
      DoubleStream.concat(
              IntStream.rangeClosed(0, 112).mapToDouble(i -> StrictMath.pow(2, i / 8.0)),
              DoubleStream.of(Double.POSITIVE_INFINITY))
          .toArray();

  /**
   * A row of the reference table: mean requests of the canary until it is found.
   *
   * @param classic empty where the table has none
   */
  private record Cell(String name, Slowness slowness, double inNative, OptionalDouble classic) {}

  private static final List<Cell> CELLS =
      List.of(
          new Cell("x1.05", new Slowness(1, 1.05), 5_440, OptionalDouble.of(8_062)),
          new Cell("x1.1", new Slowness(1, 1.1), 1_681, OptionalDouble.empty()),
          new Cell("x1.2", new Slowness(1, 1.2), 429, OptionalDouble.of(456)),
          new Cell("x1.5", new Slowness(1, 1.5), 152, OptionalDouble.of(159)),
          new Cell("tail_x5", new Slowness(0.01, 5), 9_628, OptionalDouble.of(10_813)));

  private LatencyBench() {}

  static void run(Figures figures, boolean full) {
    int healthy = full ? FULL_HEALTHY : SHORT;
    int slow = full ? FULL_SLOW : SHORT;
    figures.told("judge_latency_healthy_n", healthy, "rollouts");
    figures.told("judge_latency_slow_n", slow, "rollouts");
    Map<String, double[]> layouts = new TreeMap<>(Map.of("classic", CLASSIC, "native", NATIVE));
    layouts.forEach((layout, edges) -> {
      healthy(figures, "judge_latency_" + layout, edges, healthy);
      for (Cell cell : CELLS) {
        slow(figures, "judge_latency_" + layout, edges, cell, slow);
      }
    });
  }

  private static void healthy(Figures figures, String name, double[] edges, int n) {
    List<Contest.Result> results = play(name, edges, Slowness.NONE, n);
    Contest.Result ours = results.getFirst();
    figures.atMost(name + "_healthy_ours_rolled_back", 100 * ours.rate(), "%", 0.7);
    if (n >= JudgeBench.RESOLVES_ALPHA) {
      figures.atMost(
          name + "_healthy_ours_upper_wilson", 100 * ours.upper(), "%", 100 * JudgeRules.ALPHA);
    }
    figures.told(name + "_healthy_flagger_rolled_back", 100 * results.get(1).rate(), "%");
    figures.told(name + "_healthy_kayenta_rolled_back", 100 * results.get(2).rate(), "%");
  }

  private static void slow(Figures figures, String layout, double[] edges, Cell cell, int n) {
    String name = layout + "_" + cell.name();
    List<Contest.Result> results = play(name, edges, cell.slowness(), n);
    Contest.Result ours = results.getFirst();
    figures.told(name + "_ours_found", 100 * ours.rate(), "%");
    figures.told(name + "_ours_median", ours.median(), "s");
    OptionalDouble table = edges == NATIVE ? OptionalDouble.of(cell.inNative()) : cell.classic();
    if (table.isPresent()) {
      figures.atMost(name + "_ours_requests", ours.requests(), "requests", table.getAsDouble());
    } else {
      figures.told(name + "_ours_requests", ours.requests(), "requests");
    }
    double bound = bound(edges, cell.slowness());
    double look = LatencyStream.RATE * LatencyStream.WEIGHT * Scenario.WINDOW.toSeconds();
    figures.told(name + "_bound", bound, "requests");
    figures.atMost(name + "_ours_requests_over_bound", (ours.requests() - look) / bound, "x", 2.5);
    other(figures, name + "_flagger", results.get(1));
    other(figures, name + "_kayenta", results.get(2));
  }

  private static void other(Figures figures, String name, Contest.Result result) {
    figures.told(name + "_found", 100 * result.rate(), "%");
    if (result.rate() > 0) {
      figures.told(name + "_requests", result.requests(), "requests");
    }
  }

  private static List<Contest.Result> play(String name, double[] edges, Slowness slowness, int n) {
    return Contest.run(
        Duration.ZERO,
        0,
        n,
        i -> {
          LatencyStream stream = new LatencyStream(name, edges, slowness, i);
          return new Contest.Replicate(
              stream::next,
              List.of(
                  palinode(edges, stream.history()),
                  new FlaggerRule(FlaggerRule.Settings.defaults()),
                  new KayentaRule(KayentaRule.Settings.defaults())));
        });
  }

  /** Any slowness at all is harm, as for the others. */
  private static Rule palinode(double[] edges, double[] history) {
    ShiftTest test = new ShiftTest(edges, 1, 1.4, Onset.AT_ONCE);
    test.expect(history);
    double border = -StrictMath.log(JudgeRules.ALPHA);
    return JudgeRules.failing(window -> {
      Buckets seen = window.latency().orElseThrow();
      test.add(longs(seen.candidate()), longs(seen.stable()), 1);
      return test.logHarm() >= border;
    });
  }

  private static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * Requests of the canary that no test can do without (Wald): ln(1/alpha) divided by the
   * information of one request about these buckets, the common distribution being unknown.
   */
  private static double bound(double[] edges, Slowness slowness) {
    double[] stable = LatencyStream.shares(edges, Slowness.NONE);
    double[] canary = LatencyStream.shares(edges, slowness);
    double w = LatencyStream.WEIGHT;
    double information = 0;
    for (int j = 0; j < edges.length; j++) {
      double common = w * canary[j] + (1 - w) * stable[j];
      information += w * nats(canary[j], common) + (1 - w) * nats(stable[j], common);
    }
    return -StrictMath.log(JudgeRules.ALPHA) / information * w;
  }

  private static double nats(double share, double of) {
    return share <= 0 ? 0 : share * StrictMath.log(share / of);
  }
}
