package dev.palinode.bench;

import dev.palinode.analysis.Measured.Buckets;
import dev.palinode.analysis.WindowCounts;
import dev.palinode.analysis.replay.Window;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.commons.statistics.distribution.LogNormalDistribution;

/**
 * Latencies of one replicate as counts per bucket: lognormal, median 50 ms, sigma 0.8 (a p99 of 321
 * ms), a hundred requests a second of which the canary gets a tenth.
 */
final class LatencyStream {
  static final double RATE = 100;
  static final double WEIGHT = 0.1;

  /** Requests of stable that are known from before. */
  private static final double KNOWN = 20_000;

  private static final LogNormalDistribution STABLE =
      LogNormalDistribution.of(StrictMath.log(50), 0.8);

  /**
   * How the canary differs: a part of its requests takes so many times as long.
   *
   * @param part in (0, 1]
   */
  record Slowness(double part, double factor) {
    static final Slowness NONE = new Slowness(1, 1);

    double below(double edge) {
      return part * STABLE.cumulativeProbability(edge / factor)
          + (1 - part) * STABLE.cumulativeProbability(edge);
    }
  }

  private final List<Double> edges;
  private final double[] stable;
  private final double[] canary;
  private final Dice dice;
  private int index;

  LatencyStream(String name, double[] edges, Slowness slowness, int replicate) {
    this.edges = Arrays.stream(edges).boxed().toList();
    this.stable = shares(edges, Slowness.NONE);
    this.canary = shares(edges, slowness);
    this.dice = new Dice(name, replicate);
  }

  /** The share of requests in each bucket. */
  static double[] shares(double[] edges, Slowness slowness) {
    double[] shares = new double[edges.length];
    double before = 0;
    for (int j = 0; j < edges.length; j++) {
      double below = slowness.below(edges[j]);
      shares[j] = below - before;
      before = below;
    }
    return shares;
  }

  /** Stable's requests per bucket before the rollout; read once, before the first window. */
  double[] history() {
    return draw(stable, KNOWN).stream().mapToDouble(Long::doubleValue).toArray();
  }

  Window next() {
    double requests = RATE * Scenario.WINDOW.toSeconds();
    List<Long> candidate = draw(canary, requests * WEIGHT);
    List<Long> others = draw(stable, requests * (1 - WEIGHT));
    Duration end = Scenario.WINDOW.multipliedBy(++index);
    return new Window(
        end,
        Scenario.WINDOW,
        new WindowCounts(sum(candidate), 0, sum(others), 0),
        Optional.of(new Buckets(edges, candidate, others)));
  }

  private List<Long> draw(double[] shares, double requests) {
    return Arrays.stream(shares).mapToObj(share -> dice.poisson(share * requests)).toList();
  }

  private static long sum(List<Long> counts) {
    return counts.stream().mapToLong(Long::longValue).sum();
  }
}
