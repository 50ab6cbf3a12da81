package dev.palinode.analysis;

import static dev.palinode.analysis.Shop.ARMS;
import static dev.palinode.analysis.Shop.SETTINGS;
import static dev.palinode.analysis.Shop.T0;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.AnalysisTemplateSpec.Range;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangeMetricTest {
  /** One value per five seconds, the first at second five; the range is 1 to 10. */
  private static Reading watch(int failureLimit, double... values) {
    return watch(
        failureLimit,
        values.length,
        at -> new Answer.Known<>(List.of(new Sample(at, values[index(at)]))));
  }

  private static int index(Instant at) {
    return (int) Duration.between(T0, at).toSeconds() / 5 - 1;
  }

  private static Reading watch(
      int failureLimit,
      int count,
      java.util.function.Function<Instant, Answer<List<Sample>>> answers) {
    Gate gate = gate(failureLimit);
    var store = new StoredMetrics().answering((_, at) -> answers.apply(at));
    return gate.look(store, ARMS, RouteWeight.told(T0), T0.plusSeconds(5L * count + 1));
  }

  private static Gate gate(int failureLimit) {
    var metric =
        TemplateProblemsTest.query(
            "sum(rate(orders_total{pod=~\"{{candidate.pods}}\"}[1m]))",
            new Range(1.0, 10.0),
            failureLimit);
    return new Gate(List.of(metric), 0.01, T0, SETTINGS);
  }

  @Test
  void allInside_passes() {
    assertThat(watch(0, 1, 5, 10).verdict()).isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void oneOutside_failsWithItsNumbers() {
    Reading reading = watch(0, 5, 11);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Fail.class);
    assertThat(reading.verdict().evidence().observed()).isEqualTo("11");
    assertThat(reading.verdict().evidence().limit()).isEqualTo("1 to 10");
  }

  @Test
  void forgivenOutside_isInconclusiveThenPassesAgain() {
    assertThat(watch(2, 5, 11, 0).verdict()).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(watch(2, 5, 11, 0, 4).verdict()).isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void oneMoreThanForgiven_failsForGood() {
    assertThat(watch(2, 11, 5, 11, 5, 11, 5, 5).verdict()).isInstanceOf(Verdict.Fail.class);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void noNumber_neitherFailsNorPasses(double value) {
    assertThat(watch(0, value, value, value).verdict()).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(watch(0, 5, value).verdict()).isInstanceOf(Verdict.Inconclusive.class);
  }

  @Test
  void noValue_neitherFailsNorPasses() {
    assertThat(watch(0, 5, _ -> new Answer.Known<>(List.of())).verdict())
        .isInstanceOf(Verdict.Inconclusive.class);
  }

  @Test
  void severalSeries_areInvalidAndSaySo() {
    Reading reading =
        watch(0, 5, at -> new Answer.Known<>(List.of(new Sample(at, 50), new Sample(at, 5))));
    assertThat(reading.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(reading.verdict().evidence().reason()).contains("2 series", "sum()");
  }

  @Test
  void refusedQuery_isInvalid() {
    Reading reading = watch(0, 5, _ -> new Answer.Refused<>("parse error"));
    assertThat(reading.verdict()).isInstanceOf(Verdict.Invalid.class);
  }

  @Test
  void unreadableStore_isNotCountedAndAskedAgain() {
    Gate gate = gate(0);
    var store = new StoredMetrics().answering((_, _) -> new Answer.Unreadable<>("down"));
    Reading blind = gate.look(store, ARMS, RouteWeight.told(T0), T0.plusSeconds(31));
    assertThat(blind.unreadable()).contains("down");
    assertThat(blind.verdict()).isInstanceOf(Verdict.Inconclusive.class);
    store.answering((_, at) -> new Answer.Known<>(List.of(new Sample(at, 99))));
    assertThat(gate.look(store, ARMS, RouteWeight.told(T0), T0.plusSeconds(31)).verdict())
        .isInstanceOf(Verdict.Fail.class);
  }

  @Test
  void afterARestart_theSameSamplesAreCounted() {
    double[] values = new double[400];
    java.util.Arrays.fill(values, 5);
    values[3] = 11;
    values[200] = 11;
    Gate gate = gate(1);
    var store =
        new StoredMetrics()
            .answering((_, at) -> new Answer.Known<>(List.of(new Sample(at, values[index(at)]))));
    Instant now = T0.plusSeconds(5L * values.length + 1);
    assertThat(gate.look(store, ARMS, RouteWeight.told(T0), now).verdict())
        .as("still catching up")
        .isInstanceOf(Verdict.Inconclusive.class);
    gate.look(store, ARMS, RouteWeight.told(T0), now);
    gate.look(store, ARMS, RouteWeight.told(T0), now);
    assertThat(gate.look(store, ARMS, RouteWeight.told(T0), now).verdict())
        .isInstanceOf(Verdict.Fail.class);
  }

  @Test
  void placeholders_areFilledInTheQuery() {
    var store = new StoredMetrics();
    gate(0).look(store, ARMS, RouteWeight.told(T0), T0.plusSeconds(6));
    assertThat(store.asked).contains("sum(rate(orders_total{pod=~\"checkout-7f9c2d41-aa\"}[1m]))");
  }
}
