package dev.palinode.analysis.rivals;

import dev.palinode.analysis.rivals.KayentaMetric.Classified;
import dev.palinode.analysis.rivals.KayentaMetric.Label;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What the labels of all metrics add up to (WeightedSumScorer.scala, ThresholdScoreClassifier). */
public final class KayentaScore {
  /** Percent of metrics without data from which on the score is 0. */
  private static final double NODATA_THRESHOLD = 50;

  /** What a score is called. */
  public enum Grade {
    PASS,
    MARGINAL,
    FAIL
  }

  private KayentaScore() {}

  /**
   * 0 to 100, with two decimals.
   *
   * @param weights percent per group; groups that are not listed share what is left equally
   */
  public static double of(List<Classified> results, Map<String, Double> weights) {
    List<Classified> counted = results.stream().filter(r -> !r.metric().muted()).toList();
    if (counted.stream().anyMatch(r -> r.criticalFailure() && r.label() != Label.PASS)) {
      return 0;
    }
    long noData = counted.stream().filter(r -> r.label() == Label.NODATA).count();
    if (!counted.isEmpty() && 100.0 * noData / counted.size() >= NODATA_THRESHOLD) {
      return 0;
    }
    Map<String, List<Classified>> groups =
        counted.stream()
            .collect(
                Collectors.groupingBy(r -> r.metric().group(), TreeMap::new, Collectors.toList()));
    double listed = weights.values().stream().mapToDouble(Double::doubleValue).sum();
    long unlisted = groups.keySet().stream().filter(g -> !weights.containsKey(g)).count();
    double rest = unlisted == 0 ? 0 : (100 - listed) / unlisted;
    double sum = 0;
    for (Map.Entry<String, List<Classified>> group : groups.entrySet()) {
      sum += groupScore(group.getValue()) * weights.getOrDefault(group.getKey(), rest) / 100;
    }
    return Math.round(sum * 100) / 100.0;
  }

  /** Labels that say nothing leave the group at 100. */
  private static double groupScore(List<Classified> members) {
    long passed = members.stream().filter(r -> r.label() == Label.PASS).count();
    long judged =
        members.stream()
            .filter(r ->
                switch (r.label()) {
                  case PASS, HIGH, LOW, NODATA_FAIL_METRIC -> true;
                  case NODATA, ERROR -> false;
                })
            .count();
    return judged == 0 ? 100 : 100.0 * passed / judged;
  }

  public static Grade grade(double score, double pass, double marginal) {
    if (score >= pass) {
      return Grade.PASS;
    }
    return score >= marginal ? Grade.MARGINAL : Grade.FAIL;
  }
}
