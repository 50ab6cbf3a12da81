package dev.palinode.analysis.replay;

import dev.palinode.analysis.Answer;
import dev.palinode.analysis.MetricSource;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.Series;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the past half an hour at a time and answers the many small questions of a judge, which goes
 * from window to window, out of that.
 */
final class ChunkedSource implements MetricSource {
  private static final Duration CHUNK = Duration.ofMinutes(30);

  private record Chunk(Instant after, Instant upTo, List<Series> series) {
    boolean holds(Instant from, Instant to) {
      return !from.isBefore(after) && !to.isAfter(upTo);
    }
  }

  private final MetricSource source;
  private final Instant end;
  private final Map<String, Chunk> chunks = new HashMap<>();

  /**
   * @param end nothing later is asked for
   */
  ChunkedSource(MetricSource source, Instant end) {
    this.source = source;
    this.end = end;
  }

  @Override
  public Answer<List<Series>> samples(String selector, Instant to, Duration window) {
    Instant from = to.minus(window);
    Chunk chunk = chunks.get(selector);
    if (chunk == null || !chunk.holds(from, to)) {
      Instant ahead = to.plus(CHUNK);
      Instant upTo = ahead.isAfter(end) && !to.isAfter(end) ? end : ahead;
      switch (source.samples(selector, upTo, Duration.between(from, upTo))) {
        case Answer.Known<List<Series>>(var series) -> chunk = new Chunk(from, upTo, series);
        case Answer.Refused<List<Series>> refused -> {
          return refused;
        }
        case Answer.Unreadable<List<Series>> unreadable -> {
          return unreadable;
        }
      }
      chunks.put(selector, chunk);
    }
    return new Answer.Known<>(
        chunk.series().stream().map(s -> s.within(from, to)).filter(s -> !s.isEmpty()).toList());
  }

  @Override
  public Answer<List<Sample>> instant(String query, Instant at) {
    return source.instant(query, at);
  }

  @Override
  public Answer<List<Series>> range(String query, Instant from, Instant to, Duration step) {
    return source.range(query, from, to, step);
  }
}
