package dev.palinode.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the gate relies on, whichever store it reads. */
public abstract class MetricSourceContract {
  protected static final Instant T0 = Instant.parse("2026-03-01T12:00:00Z");

  /** A source that reads the stored series and gives {@code value} for every expression. */
  protected abstract MetricSource source(List<Series> stored, List<Double> value);

  private static Series series(String pod, String code, int... seconds) {
    return new Series(
        Map.of("__name__", "istio_requests_total", "pod", pod, "response_code", code),
        IntStream.of(seconds).mapToObj(s -> new Sample(T0.plusSeconds(s), s * 10)).toList());
  }

  private static List<Series> samples(MetricSource source, String selector, int end, int window) {
    Answer<List<Series>> answer =
        source.samples(selector, T0.plusSeconds(end), Duration.ofSeconds(window));
    assertThat(answer).isInstanceOf(Answer.Known.class);
    return ((Answer.Known<List<Series>>) answer).value();
  }

  @Test
  void samples_areThoseOfTheWindowAsScraped() {
    var source = source(List.of(series("a", "200", 0, 5, 10, 15)), List.of());
    assertThat(samples(source, "istio_requests_total", 12, 8))
        .containsExactly(series("a", "200", 5, 10));
  }

  @Test
  void rightEdge_isInside() {
    var source = source(List.of(series("a", "200", 5, 10)), List.of());
    assertThat(samples(source, "istio_requests_total", 10, 4))
        .containsExactly(series("a", "200", 10));
  }

  @Test
  void seriesWithoutSamples_areAbsent() {
    var source = source(List.of(series("a", "200", 0), series("b", "200", 10)), List.of());
    assertThat(samples(source, "istio_requests_total", 12, 4))
        .containsExactly(series("b", "200", 10));
  }

  @Test
  void matchers_choose() {
    var source = source(List.of(series("a", "200", 5), series("b", "503", 5)), List.of());
    assertThat(samples(source, "istio_requests_total{response_code=~\"5..\"}", 9, 9))
        .containsExactly(series("b", "503", 5));
    assertThat(samples(source, "istio_requests_total{response_code!~\"5..\"}", 9, 9))
        .containsExactly(series("a", "200", 5));
    assertThat(samples(source, "other_total", 9, 9)).isEmpty();
  }

  @Test
  void expression_givesEveryValueAtTheMoment() {
    assertThat(source(List.of(), List.of(1.5, Double.NaN)).instant("sum(x)", T0))
        .isEqualTo(new Answer.Known<>(List.of(new Sample(T0, 1.5), new Sample(T0, Double.NaN))));
    assertThat(source(List.of(), List.of()).instant("sum(x)", T0))
        .isEqualTo(new Answer.Known<>(List.of()));
  }

  /** The store in memory, for adapters that put a wire in front of it. */
  public static MetricSource inMemory(List<Series> stored, List<Double> values) {
    return new StoredMetrics()
        .with(stored)
        .answering(
            (_, at) -> new Answer.Known<>(values.stream().map(v -> new Sample(at, v)).toList()));
  }
}
