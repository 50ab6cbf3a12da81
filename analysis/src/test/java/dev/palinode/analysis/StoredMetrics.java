package dev.palinode.analysis;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/** A metric store in memory that answers as Prometheus does, late if told to, or not at all. */
final class StoredMetrics implements MetricSource {
  private final List<Series> stored = new ArrayList<>();
  private Duration delay = Duration.ZERO;
  private BiFunction<String, Instant, Answer<List<Sample>>> expressions =
      (_, _) -> new Answer.Known<>(List.of());
  private Answer<List<Series>> instead;
  private Instant clock = Instant.MAX;
  private Answer<List<Series>> past = new Answer.Refused<>("this store keeps no history");
  final List<String> asked = new ArrayList<>();
  final List<String> askedForRanges = new ArrayList<>();

  StoredMetrics with(Series... series) {
    stored.addAll(List.of(series));
    return this;
  }

  StoredMetrics with(List<Series> series) {
    stored.addAll(series);
    return this;
  }

  /** Samples are visible this long after their timestamp, by the clock set with {@link #at}. */
  StoredMetrics delayed(Duration by) {
    delay = by;
    return this;
  }

  StoredMetrics at(Instant now) {
    clock = now;
    return this;
  }

  StoredMetrics answering(BiFunction<String, Instant, Answer<List<Sample>>> expressions) {
    this.expressions = expressions;
    return this;
  }

  /** Gives this answer to every question about a range. */
  StoredMetrics remembering(Answer<List<Series>> answer) {
    this.past = answer;
    return this;
  }

  @Override
  public Answer<List<Series>> range(String query, Instant from, Instant to, Duration step) {
    askedForRanges.add(query);
    return past;
  }

  /** Gives this answer to every selector until told otherwise with null. */
  StoredMetrics instead(Answer<List<Series>> answer) {
    this.instead = answer;
    return this;
  }

  @Override
  public Answer<List<Series>> samples(String selector, Instant end, Duration window) {
    asked.add(selector);
    if (instead != null) {
      return instead;
    }
    Selector wanted = Selector.parse(selector);
    List<Series> found = new ArrayList<>();
    for (Series series : stored) {
      if (matches(wanted, series.labels())) {
        Series inside =
            new Series(
                series.labels(),
                series.samples().stream().filter(s -> isSeen(s.at(), end, window)).toList(),
                series.histograms().stream().filter(h -> isSeen(h.at(), end, window)).toList());
        if (!inside.isEmpty()) {
          found.add(inside);
        }
      }
    }
    return new Answer.Known<>(found);
  }

  private boolean isSeen(Instant at, Instant end, Duration window) {
    return at.isAfter(end.minus(window)) && !at.isAfter(end) && !at.isAfter(clock.minus(delay));
  }

  private static boolean matches(Selector wanted, Map<String, String> labels) {
    return wanted.metric().equals(labels.get("__name__"))
        && wanted.matchers().stream()
            .allMatch(m -> {
              String value = labels.getOrDefault(m.label(), "");
              return switch (m.operator()) {
                case "=" -> value.equals(m.value());
                case "!=" -> !value.equals(m.value());
                case "=~" -> Pattern.matches(m.value(), value);
                case "!~" -> !Pattern.matches(m.value(), value);
                default -> throw new AssertionError(m.operator());
              };
            });
  }

  @Override
  public Answer<List<Sample>> instant(String query, Instant at) {
    asked.add(query);
    return expressions.apply(query, at);
  }

  /** A series of a metric with labels given as name, value, name, value. */
  static Series series(String metric, List<Sample> samples, String... labels) {
    Map<String, String> all = new HashMap<>(Map.of("__name__", metric));
    for (int i = 0; i < labels.length; i += 2) {
      all.put(labels[i], labels[i + 1]);
    }
    return new Series(all, samples);
  }
}
