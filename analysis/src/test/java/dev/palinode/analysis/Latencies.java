package dev.palinode.analysis;

import static dev.palinode.analysis.Shop.ARMS;
import static dev.palinode.analysis.Shop.SCRAPE;
import static dev.palinode.analysis.Shop.T0;

import dev.palinode.crds.AnalysisTemplateSpec.Margin;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Latencies of the shop: lognormal around 50 ms with sigma 0.8, counted in Envoy's buckets. */
final class Latencies {
  static final double[] EDGES = {
    0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, Double.POSITIVE_INFINITY
  };
  static final Metric METRIC =
      new Metric(
          "latency",
          null,
          "istio_request_duration_milliseconds_bucket{reporter=\"destination\"}",
          null,
          null,
          new Margin(1.1, null),
          null,
          null,
          null,
          0,
          true);

  private final SplittableRandom random;

  Latencies(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** Milliseconds of one request. */
  double one() {
    return 50 * Math.exp(0.8 * random.nextGaussian());
  }

  /** Requests per bucket, each slower by a factor drawn for it. */
  long[] counts(int requests, ToDoubleFunction<SplittableRandom> factor) {
    long[] counts = new long[EDGES.length];
    for (int i = 0; i < requests; i++) {
      counts[bucket(one() * factor.applyAsDouble(random))]++;
    }
    return counts;
  }

  private static int bucket(double latency) {
    int j = 0;
    while (latency > EDGES[j]) {
      j++;
    }
    return j;
  }

  /** Counters of all pods; the candidate's take {@code factor(second)} times as long. */
  List<Series> byPod(Duration until, int perScrape, double[] edges, ToDoubleFunction<Long> factor) {
    List<Series> all = new ArrayList<>();
    ARMS.candidatePods().forEach(p -> all.addAll(pod(p, T0, until, perScrape, edges, factor)));
    ARMS.stablePods()
        .forEach(p -> all.addAll(pod(p, T0.minusSeconds(60), until, perScrape, EDGES, _ -> 1.0)));
    return all;
  }

  private List<Series> pod(
      String pod,
      Instant from,
      Duration until,
      int perScrape,
      double[] edges,
      ToDoubleFunction<Long> factor) {
    List<List<Sample>> perEdge = new ArrayList<>();
    for (double _ : edges) {
      perEdge.add(new ArrayList<>());
    }
    long[] cumulated = new long[edges.length];
    for (Instant at = from.plus(SCRAPE); !at.isAfter(T0.plus(until)); at = at.plus(SCRAPE)) {
      double slower = factor.applyAsDouble(Duration.between(T0, at).toSeconds());
      for (int i = 0; i < perScrape; i++) {
        double latency = one() * slower;
        for (int j = 0; j < edges.length; j++) {
          cumulated[j] += latency <= edges[j] ? 1 : 0;
        }
      }
      for (int j = 0; j < edges.length; j++) {
        perEdge.get(j).add(new Sample(at, cumulated[j]));
      }
    }
    List<Series> all = new ArrayList<>();
    for (int j = 0; j < edges.length; j++) {
      all.add(bucket(pod, edges[j], perEdge.get(j)));
    }
    return all;
  }

  private static Series bucket(String pod, double edge, List<Sample> samples) {
    Map<String, String> labels = new TreeMap<>();
    labels.put("__name__", "istio_request_duration_milliseconds_bucket");
    labels.put("destination_service_namespace", "shop");
    labels.put("destination_service_name", "checkout");
    labels.put("response_code", "200");
    labels.put("reporter", "destination");
    labels.put("pod", pod);
    labels.put("instance", pod + ":15020");
    labels.put("job", "pods");
    labels.put("le", Double.isInfinite(edge) ? "+Inf" : Evidence.number(edge));
    return new Series(labels, samples);
  }
}
