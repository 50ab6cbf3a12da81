package dev.palinode.analysis;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Raw samples of one label set, oldest first, as scraped: nothing interpolated, nothing summed.
 *
 * @param samples plain numbers
 * @param histograms native ones; a series has both only where its scrape target changed over
 */
public record Series(
    Map<String, String> labels, List<Sample> samples, List<HistogramSample> histograms) {
  public Series {
    labels = Map.copyOf(labels);
    samples = List.copyOf(samples);
    histograms = List.copyOf(histograms);
  }

  /** Of plain numbers. */
  public Series(Map<String, String> labels, List<Sample> samples) {
    this(labels, samples, List.of());
  }

  /** When it was scraped. */
  Stream<Instant> times() {
    return Stream.concat(
        samples.stream().map(Sample::at), histograms.stream().map(HistogramSample::at));
  }

  /** When it was first scraped; empty without any sample. */
  Optional<Instant> begin() {
    return times().min(Instant::compareTo);
  }

  public boolean isEmpty() {
    return samples.isEmpty() && histograms.isEmpty();
  }

  /** What was scraped later than one moment and no later than another. */
  public Series within(Instant after, Instant upTo) {
    return new Series(
        labels,
        samples.stream().filter(s -> s.at().isAfter(after) && !s.at().isAfter(upTo)).toList(),
        histograms.stream().filter(h -> h.at().isAfter(after) && !h.at().isAfter(upTo)).toList());
  }
}
