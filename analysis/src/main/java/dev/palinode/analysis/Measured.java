package dev.palinode.analysis;

import java.util.List;

/** What one metric showed on one occasion, in the form that its kind takes. */
public sealed interface Measured {

  /** A ratio's requests and the bad ones among them. */
  record Counts(WindowCounts counts) implements Measured {}

  /**
   * A histogram's requests per bucket, not cumulated.
   *
   * @param edges upper bounds of the buckets, ascending, the last one infinite; in the metric's
   *     unit
   */
  record Buckets(List<Double> edges, List<Long> candidate, List<Long> stable) implements Measured {
    public Buckets {
      edges = List.copyOf(edges);
      candidate = List.copyOf(candidate);
      stable = List.copyOf(stable);
      if (edges.size() != candidate.size() || edges.size() != stable.size()) {
        throw new IllegalArgumentException("one count per bucket and arm");
      }
    }
  }

  /** A native histogram's requests, where they lie. */
  record Spreads(Spread candidate, Spread stable) implements Measured {}

  /** A query's number; it may be NaN or infinite. */
  record Value(double value) implements Measured {}

  /** All rows of a query's answer, in its order; maybe none, and each may be NaN or infinite. */
  record Values(List<Double> rows) implements Measured {
    public Values {
      rows = List.copyOf(rows);
    }
  }

  /** A gauge of both arms at the same moment; NaN where one is not there. */
  record Pair(double candidate, double stable) implements Measured {}

  /** Nothing was there; that speaks neither for nor against the release. */
  record Missing(String reason) implements Measured {}

  /** What was there is not to be trusted, or the store refused the question. */
  record Unusable(String reason) implements Measured {}
}
