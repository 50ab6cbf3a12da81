package dev.palinode.analysis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One alpha over all metrics of a rollout. Who is blamed: every critical metric whose own weighted
 * evidence reaches 1/alpha; else the one that carries the most; and those that the e-BH rule adds
 * (Wang and Ramdas, False discovery rate control with e-values, JRSS B 2022).
 */
final class Merging {
  private enum Kind {
    ERRORS(0.5),
    LATENCY(0.3),
    OTHER(0.2);

    private final double weight;

    Kind(double weight) {
      this.weight = weight;
    }
  }

  private record Weighed(Question question, double logWeight) {
    double logShare() {
      return logWeight + question.logHarm();
    }
  }

  private final List<Weighed> critical;
  private final List<Question> notes;
  private final double alpha;
  private final double bound;

  Merging(List<Question> questions, double alpha) {
    this.alpha = alpha;
    this.bound = -StrictMath.log(alpha);
    List<Question> tests = questions.stream().filter(Merging::isTest).toList();
    this.notes = tests.stream().filter(q -> !q.spec().critical()).toList();
    this.critical = weigh(tests.stream().filter(q -> q.spec().critical()).toList());
  }

  private static boolean isTest(Question question) {
    return switch (question) {
      case RatioMetric _, HistogramMetric _, GaugeMetric _ -> true;
      case RangeMetric _, FlaggerMode _, ArgoMode _, KayentaMode _, Question.Unaskable _ -> false;
    };
  }

  /** Errors weigh half, latency three tenths, all others share the rest; they add up to one. */
  private static List<Weighed> weigh(List<Question> questions) {
    Map<Kind, Long> sizes =
        questions.stream().collect(Collectors.groupingBy(Merging::kind, Collectors.counting()));
    double sum = sizes.keySet().stream().mapToDouble(k -> k.weight).sum();
    return questions.stream()
        .map(q -> {
          Kind kind = kind(q);
          double members = sizes.getOrDefault(kind, 1L);
          return new Weighed(q, StrictMath.log(kind.weight / sum / members));
        })
        .toList();
  }

  private static Kind kind(Question question) {
    String name = question.spec().name();
    if (name.equals("errors")) {
      return Kind.ERRORS;
    }
    return question instanceof HistogramMetric || name.equals("latency")
        ? Kind.LATENCY
        : Kind.OTHER;
  }

  double logHarm() {
    return LogSum.of(critical.stream().mapToDouble(Weighed::logShare).toArray());
  }

  /** Fails the metrics to blame once the mean of all reaches 1/alpha. */
  void blame() {
    if (!critical.isEmpty() && logHarm() >= bound) {
      double most = critical.stream().mapToDouble(Weighed::logShare).max().orElseThrow();
      critical.stream()
          .filter(w -> w.logShare() >= Math.min(most, bound))
          .forEach(w -> w.question().fail(alpha));
      discoveries().forEach(w -> w.question().fail(alpha));
    }
    notes.stream().filter(q -> q.logHarm() >= bound).forEach(q -> q.fail(alpha));
  }

  /**
   * The k largest, for the greatest k at which the k-th still reaches (number of all)/(k alpha).
   */
  private List<Weighed> discoveries() {
    List<Weighed> sorted = new ArrayList<>(critical);
    sorted.sort(Comparator.comparingDouble((Weighed w) -> w.question().logHarm()).reversed());
    for (int k = sorted.size(); k > 0; k--) {
      double needed = bound + StrictMath.log(sorted.size() / (double) k);
      if (sorted.get(k - 1).question().logHarm() >= needed) {
        return sorted.subList(0, k);
      }
    }
    return List.of();
  }
}
