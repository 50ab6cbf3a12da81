package dev.palinode.analysis.replay;

import dev.palinode.analysis.Measured.Buckets;
import dev.palinode.analysis.WindowCounts;
import dev.palinode.analysis.replay.CsvRecording.Problem;
import dev.palinode.analysis.replay.CsvRows.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The histogram rows of a recording: cumulative counts per upper bound, arm and window. */
final class CsvHistograms {
  private record Arm(TreeMap<Double, Row.Bucket> buckets) {
    int line() {
      return buckets.lastEntry().getValue().line();
    }

    /** What makes it no histogram; empty if nothing does. */
    String problem() {
      if (!Double.isInfinite(buckets.lastKey())) {
        return "this histogram has no bucket +Inf; add it, it counts all requests";
      }
      long before = 0;
      for (Row.Bucket bucket : buckets.values()) {
        if (bucket.count() < before) {
          return "bucket %s counts fewer requests than a smaller one; buckets are cumulative"
              .formatted(bucket.le());
        }
        before = bucket.count();
      }
      return buckets.size() < 3 || buckets.firstKey() <= 0
          ? "a histogram has at least three buckets, all above 0"
          : "";
    }

    List<Long> counts() {
      List<Long> counts = new ArrayList<>();
      long before = 0;
      for (Row.Bucket bucket : buckets.values()) {
        counts.add(bucket.count() - before);
        before = bucket.count();
      }
      return counts;
    }

    long requests() {
      return buckets.isEmpty() ? 0 : buckets.lastEntry().getValue().count();
    }
  }

  /** Both arms of one window; an arm without a row had no request. */
  private record Pair(Arm canary, Arm stable) {
    Pair() {
      this(new Arm(new TreeMap<>()), new Arm(new TreeMap<>()));
    }

    boolean sameBuckets() {
      return canary.buckets().isEmpty()
          || stable.buckets().isEmpty()
          || canary.buckets().keySet().equals(stable.buckets().keySet());
    }

    Buckets both() {
      Arm known = canary.buckets().isEmpty() ? stable : canary;
      List<Double> edges = List.copyOf(known.buckets().keySet());
      List<Long> none = edges.stream().map(_ -> 0L).toList();
      return new Buckets(
          edges,
          canary.buckets().isEmpty() ? none : canary.counts(),
          stable.buckets().isEmpty() ? none : stable.counts());
    }
  }

  private final Map<Instant, Pair> windows = new TreeMap<>();

  void add(Row.Bucket bucket) {
    Pair pair = windows.computeIfAbsent(bucket.end(), _ -> new Pair());
    (bucket.canary() ? pair.canary() : pair.stable()).buckets().put(bucket.le(), bucket);
  }

  List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    for (Pair pair : windows.values()) {
      for (Arm arm : List.of(pair.canary(), pair.stable())) {
        if (!arm.buckets().isEmpty() && !arm.problem().isEmpty()) {
          problems.add(new Problem(arm.line(), arm.problem()));
        }
      }
      if (!pair.sameBuckets()) {
        problems.add(
            new Problem(pair.canary().line(), "the canary's buckets are not those of stable"));
      }
    }
    return problems;
  }

  /** All requests per window, none of them known to be bad. */
  Map<Instant, WindowCounts> requests() {
    Map<Instant, WindowCounts> requests = new TreeMap<>();
    windows.forEach((end, pair) ->
        requests.put(
            end, new WindowCounts(pair.canary().requests(), 0, pair.stable().requests(), 0)));
    return requests;
  }

  Optional<Buckets> at(Instant end) {
    return Optional.ofNullable(windows.get(end)).map(Pair::both);
  }
}
