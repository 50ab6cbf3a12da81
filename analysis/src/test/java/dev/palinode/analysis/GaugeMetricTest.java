package dev.palinode.analysis;

import static dev.palinode.analysis.Shop.ARMS;
import static dev.palinode.analysis.Shop.T0;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GaugeMetricTest {
  private static final GateSettings SETTINGS = Shop.SETTINGS.withWarmup(Duration.ofSeconds(60));
  private static final Metric CRITICAL =
      new Metric(
          "depth",
          null,
          null,
          "avg(depth{pod=~\"{{candidate.pods}}\"})",
          "avg(depth{pod=~\"{{stable.pods}}\"})",
          null,
          null,
          null,
          null,
          0,
          true);

  /** An hour and a half of one value per five seconds; the index says which second it is. */
  private static Reading watch(Metric metric, BiFunction<Boolean, Integer, Double> value) {
    var store =
        new StoredMetrics()
            .answering((query, at) -> {
              boolean candidate = query.contains("7f9c2d41");
              int second = (int) Duration.between(T0, at).toSeconds();
              return new Answer.Known<>(List.of(new Sample(at, value.apply(candidate, second))));
            });
    Gate gate = new Gate(List.of(metric), 0.01, T0, SETTINGS);
    Reading last = null;
    for (Instant now = T0; !now.isAfter(T0.plusSeconds(5_400)); now = now.plusSeconds(300)) {
      last = gate.look(store, ARMS, RouteWeight.told(T0), now);
    }
    return last;
  }

  private static BiFunction<Boolean, Integer, Double> noisy(double candidate, double stable) {
    SplittableRandom random = new SplittableRandom(4);
    return (c, _) -> (c ? candidate : stable) + random.nextGaussian();
  }

  @Test
  void higherGauge_failsWithItsNumbers() {
    Reading reading = watch(CRITICAL, noisy(15, 10));
    assertThat(reading.verdict()).isInstanceOf(Verdict.Fail.class);
    assertThat(reading.verdict().evidence().reason())
        .contains("batches of 37 values", "canary has 15");
  }

  @Test
  void equalGauge_passes() {
    assertThat(watch(CRITICAL, noisy(10, 10)).verdict()).isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void gaugeWithinTheMargin_isNotBlamed() {
    assertThat(watch(CRITICAL, noisy(11.5, 10)).verdict()).isNotInstanceOf(Verdict.Fail.class);
  }

  @Test
  void gaugeThatOnlyAnnotates_neverFailsTheRollout() {
    Reading reading = watch(RolloutRecordTest.GAUGE, noisy(50, 10));
    assertThat(reading.perMetric().getFirst().verdict()).isInstanceOf(Verdict.Fail.class);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void firstMinute_isWarmUp() {
    SplittableRandom random = new SplittableRandom(5);
    Reading reading =
        watch(
            CRITICAL,
            (candidate, second) -> candidate && second < 60 ? 1e6 : 10 + random.nextGaussian());
    assertThat(reading.verdict()).isInstanceOf(Verdict.Pass.class);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void noNumber_neitherFailsNorPasses(double value) {
    assertThat(watch(CRITICAL, (candidate, _) -> candidate ? value : 10).verdict())
        .isInstanceOf(Verdict.Inconclusive.class);
    assertThat(watch(CRITICAL, (candidate, _) -> candidate ? 10 : value).verdict())
        .isInstanceOf(Verdict.Inconclusive.class);
  }

  @Test
  void slowWander_isNotTakenForHarm() {
    int blamed = 0;
    for (int seed = 0; seed < 20; seed++) {
      SplittableRandom random = new SplittableRandom(80 + seed);
      double[] walk = {0};
      Reading reading =
          watch(
              CRITICAL,
              (candidate, _) -> {
                walk[0] = candidate ? 0.8 * walk[0] + random.nextGaussian() : walk[0];
                return candidate ? 12 + walk[0] : 10.0;
              });
      blamed += reading.verdict() instanceof Verdict.Fail ? 1 : 0;
    }
    assertThat(blamed).isLessThanOrEqualTo(1);
  }

  @Test
  void severalSeries_areInvalid() {
    var store =
        new StoredMetrics()
            .answering(
                (_, at) -> new Answer.Known<>(List.of(new Sample(at, 1), new Sample(at, 2))));
    Reading reading =
        new Gate(List.of(CRITICAL), 0.01, T0, SETTINGS)
            .look(store, ARMS, RouteWeight.told(T0), T0.plusSeconds(120));
    assertThat(reading.verdict()).isInstanceOf(Verdict.Invalid.class);
  }
}
