package dev.palinode.analysis;

import java.util.List;
import java.util.Map;

/** Raw samples of one label set, oldest first, as scraped: nothing interpolated, nothing summed. */
public record Series(Map<String, String> labels, List<Sample> samples) {
  public Series {
    labels = Map.copyOf(labels);
    samples = List.copyOf(samples);
  }
}
