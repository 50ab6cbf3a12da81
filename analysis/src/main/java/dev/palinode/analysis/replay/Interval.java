package dev.palinode.analysis.replay;

import dev.palinode.analysis.Measured.Buckets;
import dev.palinode.analysis.WindowCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Adds windows up to the longer intervals in which others look. */
final class Interval {
  /**
   * One interval.
   *
   * @param latency empty without a histogram
   */
  record Sum(WindowCounts counts, Optional<Buckets> latency) {
    /** Percent of the candidate's requests that were not bad; NaN without any. */
    double successRate() {
      return 100 * share(counts.candidate() - counts.candidateBad(), counts.candidate());
    }
  }

  private final Duration length;
  private Duration next;
  private WindowCounts counts = WindowCounts.EMPTY;
  private @Nullable Buckets latency;

  Interval(Duration length) {
    this.length = length;
    this.next = length;
  }

  /** The interval that ends with this window, if one does. */
  Optional<Sum> add(Window window) {
    counts = counts.plus(window.counts());
    Buckets more = window.latency().orElse(null);
    if (more != null) {
      latency =
          latency == null || !latency.edges().equals(more.edges()) ? more : sum(latency, more);
    }
    if (window.end().compareTo(next) < 0) {
      return Optional.empty();
    }
    Sum sum = new Sum(counts, Optional.ofNullable(latency));
    counts = WindowCounts.EMPTY;
    latency = null;
    while (next.compareTo(window.end()) <= 0) {
      next = next.plus(length);
    }
    return Optional.of(sum);
  }

  private static Buckets sum(Buckets a, Buckets b) {
    return new Buckets(a.edges(), sum(a.candidate(), b.candidate()), sum(a.stable(), b.stable()));
  }

  private static List<Long> sum(List<Long> a, List<Long> b) {
    List<Long> sum = new ArrayList<>();
    for (int i = 0; i < a.size(); i++) {
      sum.add(a.get(i) + b.get(i));
    }
    return sum;
  }

  /** NaN without requests, as a division of two rates gives. */
  static double share(long part, long whole) {
    return whole == 0 ? Double.NaN : part / (double) whole;
  }

  /**
   * What PromQL's {@code histogram_quantile} gives: linear within a bucket, the lower bound of the
   * infinite one, NaN without requests.
   */
  static double quantile(List<Double> edges, List<Long> counts, double share) {
    double all = counts.stream().mapToLong(Long::longValue).sum();
    if (all == 0) {
      return Double.NaN;
    }
    double before = 0;
    for (int i = 0; i < edges.size() - 1; i++) {
      double here = counts.get(i);
      double low = i == 0 ? Math.min(0, edges.get(0)) : edges.get(i - 1);
      if (before + here >= share * all && here > 0) {
        return low + (edges.get(i) - low) * (share * all - before) / here;
      }
      before += here;
    }
    return edges.size() < 2 ? Double.NaN : edges.get(edges.size() - 2);
  }
}
