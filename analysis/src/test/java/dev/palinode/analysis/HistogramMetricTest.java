package dev.palinode.analysis;

import static dev.palinode.analysis.Shop.ARMS;
import static dev.palinode.analysis.Shop.SETTINGS;
import static dev.palinode.analysis.Shop.T0;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Latency histograms from the store to the verdict: 60 requests per scrape and pod. */
class HistogramMetricTest {
  private static final Duration UNTIL = Duration.ofMinutes(6);

  private static List<Series> stored(double[] edges, ToDoubleFunction<Long> factor) {
    return new Latencies(1).byPod(UNTIL, 60, edges, factor);
  }

  private static Reading look(List<Series> stored, GateSettings settings) {
    Instant now = T0.plus(UNTIL);
    return new Gate(List.of(Latencies.METRIC), 0.01, T0, settings)
        .look(new StoredMetrics().with(stored), ARMS, RouteWeight.told(T0), now);
  }

  private static Reading look(ToDoubleFunction<Long> factor) {
    return look(stored(Latencies.EDGES, factor), SETTINGS);
  }

  @Test
  void slowRelease_failsWithItsQuantiles() {
    Reading reading = look(_ -> 2.0);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Fail.class);
    assertThat(reading.verdict().evidence().observed()).startsWith("p99 ").endsWith(" ms");
    assertThat(reading.verdict().evidence().reason())
        .contains("slower than stable's by more than 1.1 times", "p50");
  }

  @Test
  void equalRelease_passes() {
    Reading reading = look(_ -> 1.0);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Pass.class);
    assertThat(reading.verdict().evidence().reason()).contains("1.5 times stable is ruled out");
  }

  @Test
  void slownessOfTheFirstTwoMinutes_isWarmUp() {
    assertThat(look(second -> second <= 115 ? 3.0 : 1.0).verdict())
        .isInstanceOf(Verdict.Pass.class);
    assertThat(
            look(
                    stored(Latencies.EDGES, second -> second <= 115 ? 3.0 : 1.0),
                    SETTINGS.withWarmup(Duration.ZERO))
                .verdict())
        .isInstanceOf(Verdict.Fail.class);
  }

  @Test
  void otherBucketsOnTheCandidate_areInvalid() {
    double[] fewer = Arrays.copyOfRange(Latencies.EDGES, 4, Latencies.EDGES.length);
    Reading reading = look(stored(fewer, _ -> 1.0), SETTINGS);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(reading.verdict().evidence().reason()).contains("same buckets");
  }

  /** From the fourth minute on, every pod counts one bucket less. */
  @Test
  void bucketsThatChange_areInvalidFromThenOn() {
    List<Series> changed = new ArrayList<>();
    for (Series series : stored(Latencies.EDGES, _ -> 1.0)) {
      changed.add(
          series.labels().get("le").equals("25")
              ? new Series(
                  series.labels(),
                  series.samples().stream()
                      .filter(s -> s.at().isBefore(T0.plusSeconds(240)))
                      .toList())
              : series);
    }
    Reading reading = look(changed, SETTINGS);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(reading.verdict().evidence().reason()).contains("changed in mid-rollout");
  }

  @Test
  void podsOfOneReleaseWithDifferentBuckets_areInvalid() {
    List<Series> mixed = new ArrayList<>();
    for (Series series : stored(Latencies.EDGES, _ -> 1.0)) {
      boolean dropped =
          series.labels().get("le").equals("25") && series.labels().get("pod").endsWith("bb");
      if (!dropped) {
        mixed.add(series);
      }
    }
    Reading reading = look(mixed, SETTINGS);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(reading.verdict().evidence().reason()).contains("different buckets");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "fast", "NaN"})
  void bucketThatIsNoNumber_isInvalid(String le) {
    List<Series> odd = new ArrayList<>(stored(Latencies.EDGES, _ -> 1.0));
    Map<String, String> labels = new HashMap<>(odd.getLast().labels());
    labels.put("le", le);
    odd.add(new Series(labels, odd.getLast().samples()));
    assertThat(look(odd, SETTINGS).verdict()).isInstanceOf(Verdict.Invalid.class);
  }

  @Test
  void noLatencies_areInconclusive() {
    Reading reading = look(List.of(), SETTINGS);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(reading.verdict().evidence().reason()).contains("no latency");
  }

  @Test
  void errorsAndLatency_shareTheOneAlpha() {
    List<Series> stored = new ArrayList<>(stored(Latencies.EDGES, _ -> 2.0));
    stored.addAll(Shop.of(2, 100, 0.1, 0.002, 0.002).byPod(UNTIL));
    var metrics = new ArrayList<>(BuiltInTemplates.http().metrics());
    metrics.add(Latencies.METRIC);
    Reading reading =
        new Gate(metrics, 0.01, T0, SETTINGS)
            .look(new StoredMetrics().with(stored), ARMS, RouteWeight.told(T0), T0.plus(UNTIL));
    assertThat(reading.verdict()).isInstanceOf(Verdict.Fail.class);
    assertThat(reading.verdict().evidence().metric()).isEqualTo("latency");
    assertThat(reading.perMetric().getFirst().verdict()).isNotInstanceOf(Verdict.Fail.class);
  }

  @Test
  void restartedGate_saysTheSame() {
    var store = new StoredMetrics().with(stored(Latencies.EDGES, s -> s > 200 ? 1.4 : 1.0));
    Gate gate = null;
    Reading last = null;
    for (int s = 0; s <= UNTIL.toSeconds(); s += 20) {
      gate = s % 100 == 0 ? new Gate(List.of(Latencies.METRIC), 0.01, T0, SETTINGS) : gate;
      last = gate.look(store, ARMS, RouteWeight.told(T0), T0.plusSeconds(s));
    }
    Reading once =
        new Gate(List.of(Latencies.METRIC), 0.01, T0, SETTINGS)
            .look(store, ARMS, RouteWeight.told(T0), T0.plus(UNTIL));
    assertThat(last).isEqualTo(once);
  }
}
