package dev.palinode.analysis.prometheus;

import com.fasterxml.jackson.databind.JsonNode;
import dev.palinode.analysis.HistogramSample;
import dev.palinode.analysis.Spread;
import dev.palinode.analysis.prometheus.PrometheusAnswer.Malformed;
import java.util.ArrayList;
import java.util.List;

/**
 * A native histogram in Prometheus's JSON: {@code [time, {"count": "9", "sum": "1.5", "buckets":
 * [[rule, "left", "right", "count"], …]}]}, empty buckets left out. The rule, which says whether a
 * boundary is part of its bucket, is passed over: one value in a continuum makes no difference.
 */
final class NativeHistogram {
  private NativeHistogram() {}

  /**
   * Buckets of values below zero, which a latency never is, are malformed; the bucket around zero
   * is one above it.
   */
  static HistogramSample sample(JsonNode pair) throws Malformed {
    if (pair.size() != 2 || !pair.get(0).isNumber() || !pair.get(1).path("count").isTextual()) {
      throw new Malformed("a pair of time and histogram expected in the answer");
    }
    List<Spread.Bucket> buckets = new ArrayList<>();
    for (JsonNode each : pair.get(1).path("buckets")) {
      if (each.size() != 4 || !each.get(0).isNumber()) {
        throw new Malformed("a histogram's bucket is a rule, two boundaries and a count");
      }
      double left = part(each, 1);
      double right = part(each, 2);
      double count = part(each, 3);
      if (!(right > 0)) {
        throw new Malformed("a histogram of values below zero");
      }
      if (count != 0) {
        buckets.add(bucket(Math.max(0, left), right, count));
      }
    }
    try {
      return new HistogramSample(
          PrometheusAnswer.at(pair.get(0).decimalValue()), Spread.of(buckets));
    } catch (IllegalArgumentException e) {
      throw new Malformed("a histogram whose buckets overlap");
    }
  }

  private static Spread.Bucket bucket(double left, double right, double count) throws Malformed {
    try {
      return new Spread.Bucket(left, right, count);
    } catch (IllegalArgumentException e) {
      throw new Malformed("a histogram's bucket that is none");
    }
  }

  private static double part(JsonNode bucket, int index) throws Malformed {
    if (!bucket.get(index).isTextual()) {
      throw new Malformed("a quoted number expected in a histogram");
    }
    return PrometheusAnswer.number(bucket.get(index).asText());
  }
}
