package dev.palinode.analysis;

import static dev.palinode.analysis.Shop.ARMS;
import static dev.palinode.analysis.Shop.SETTINGS;
import static dev.palinode.analysis.Shop.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palinode.analysis.record.RecordWriter;
import dev.palinode.analysis.record.RolloutRecord;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Range;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RolloutRecordTest {
  static final Metric GAUGE =
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
          false);
  private static final Metric RANGE =
      new Metric("orders", null, null, null, "orders", new Range(1.0, null), 3, true);
  private static final Duration UNTIL = Duration.ofMinutes(4);

  /** A rollout with every kind of metric, gaps in its answers, and all the judge said. */
  private static String recorded(long seed, double bad) {
    return recorded(seed, bad, 0);
  }

  /**
   * @param restarts one in so many looks is by a gate that goes on from what an earlier one saved;
   *     never if zero
   */
  private static String recorded(long seed, double bad, int restarts) {
    List<Metric> metrics = new ArrayList<>(BuiltInTemplates.http().metrics());
    metrics.addAll(List.of(Latencies.METRIC, GAUGE, RANGE));
    return recorded(seed, bad, restarts, metrics);
  }

  private static String recorded(long seed, double bad, int restarts, List<Metric> metrics) {
    SplittableRandom fate = new SplittableRandom(seed);
    SplittableRandom random = new SplittableRandom(seed);
    var store =
        new StoredMetrics()
            .with(Shop.of(seed, 100, 0.1, 0.002, bad).byPod(UNTIL))
            .with(new Latencies(seed).byPod(UNTIL, 20, Latencies.EDGES, _ -> 1.0))
            .answering((query, at) ->
                random.nextInt(9) == 0
                    ? new Answer.Known<>(List.of())
                    : new Answer.Known<>(
                        List.of(
                            new Sample(
                                at,
                                random.nextInt(30) == 0
                                    ? Double.NaN
                                    : 5 + random.nextGaussian()))));
    StringBuilder lines = new StringBuilder();
    Gate gate = new Gate(metrics, 0.01, T0, SETTINGS, new RecordWriter(lines));
    Optional<String> saved = Optional.empty();
    for (Instant now = T0; !now.isAfter(T0.plus(UNTIL)); now = now.plusSeconds(5)) {
      if (restarts > 0 && saved.isPresent() && fate.nextInt(restarts) == 0) {
        gate =
            Gate.resume(saved.get(), metrics, 0.01, T0, SETTINGS, new RecordWriter(lines))
                .orElseThrow();
      }
      RouteWeight weight = new RouteWeight(0.1, Optional.of(T0), Optional.of(T0));
      Optional<String> state = gate.look(store.at(now), ARMS, weight, now).state();
      saved = restarts == 0 || fate.nextInt(3) == 0 ? state : saved;
    }
    return lines.toString();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.002, 0.05})
  void recordedRollout_givesTheSameVerdictsToTheBit(double bad) {
    String text = recorded(5, bad);
    RolloutRecord record = RolloutRecord.read(text.lines());
    assertThat(record.difference()).isEmpty();
    var results =
        record.entries().stream()
            .filter(RolloutRecord.Said.class::isInstance)
            .map(e -> ((RolloutRecord.Said) e).result())
            .toList();
    assertThat(results).hasSizeGreaterThan(40).contains(bad > 0.01 ? "Fail" : "Inconclusive");
  }

  /** Moments, empty answers and NaN as other tools' rules are shown them, with restarts or not. */
  @ParameterizedTest
  @ValueSource(ints = {0, 6})
  void rolloutJudgedByOtherTools_givesTheSameVerdicts(int restarts) {
    for (Metric metric : Modes.all()) {
      String text = recorded(4, 0.002, restarts, List.of(metric));
      RolloutRecord record = RolloutRecord.read(text.lines());
      assertThat(record.trial().metrics()).containsExactly(metric);
      assertThat(record.resumed()).isEmpty();
      assertThat(record.difference()).isEmpty();
      assertThat(text).contains("\"moment\"").contains("\"metric\":\"" + metric.name() + "\"");
    }
  }

  /** Up to a few windows after the save are lost with the process, and read and judged again. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void resumedRollout_isOneRecordThatGivesTheSameVerdicts(long seed) {
    RolloutRecord record = RolloutRecord.read(recorded(seed, 0.01, 6).lines());
    assertThat(record.resumed()).isEmpty();
    assertThat(record.difference()).isEmpty();
    List<Instant> ends =
        record.entries().stream()
            .filter(RolloutRecord.Said.class::isInstance)
            .map(e -> ((RolloutRecord.Said) e).at())
            .toList();
    assertThat(ends).hasSizeGreaterThan(40).isSorted().doesNotHaveDuplicates();
  }

  /** The process died in the middle of a line. */
  @Test
  void lineCutOffBeforeARestart_isNoLoss() {
    String text = recorded(3, 0.01, 12);
    int at = text.indexOf("{\"resumed\"");
    String torn = text.substring(0, at) + "{\"window\":{\"end\":\n" + text.substring(at);
    assertThat(RolloutRecord.read(torn.lines())).isEqualTo(RolloutRecord.read(text.lines()));
    String lost = text + "{\"window\":{\"end\":\n";
    assertThatThrownBy(() -> RolloutRecord.read(lost.lines())).hasMessageContaining("is cut off");
  }

  /** The file went with the machine; what is written from there on can still be judged again. */
  @Test
  void recordThatBeginsWhereTheRolloutWasResumed_givesTheSameVerdicts() {
    String text = recorded(3, 0.01, 12);
    String rest = text.substring(text.indexOf("{\"resumed\""));
    RolloutRecord record = RolloutRecord.read(rest.lines());
    assertThat(record.resumed()).isPresent();
    assertThat(record.difference()).isEmpty();
    assertThat(record.entries()).isNotEmpty();
  }

  @Test
  void writtenAgain_itIsTheSameText() {
    String text = recorded(6, 0.01);
    StringBuilder again = new StringBuilder();
    RecordWriter writer = new RecordWriter(again);
    RolloutRecord record = RolloutRecord.read(text.lines());
    writer.begin(record.trial());
    for (RolloutRecord.Entry entry : record.entries()) {
      if (entry instanceof RolloutRecord.Shown(var exhibit)) {
        writer.add(exhibit);
      }
    }
    assertThat(again.toString())
        .isEqualTo(
            text.lines()
                .filter(line -> !line.startsWith("{\"verdict\""))
                .reduce("", (a, b) -> a + b + "\n"));
  }

  @Test
  void changedCount_isNoticed() {
    String text = recorded(7, 0.05);
    int at = text.lastIndexOf("\"counts\":[") + "\"counts\":[".length();
    String changed = text.substring(0, at) + "9" + text.substring(at);
    assertThat(RolloutRecord.read(changed.lines()).difference()).isPresent();
  }

  @Test
  void secondTrialLine_beginsAnew() {
    String text = recorded(8, 0.002);
    RolloutRecord once = RolloutRecord.read(text.lines());
    assertThat(RolloutRecord.read((text + text).lines())).isEqualTo(once);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{\"window\":{}}",
        "{\"trial\":{\"version\":2}}",
        "{\"trial\":{\"version\":1",
        "[1]",
        "{\"other\":{}}",
        "{\"resumed\":{\"judge\":\"AAAA\"}}",
        "{\"moment\":{\"at\":\"yesterday\",\"metric\":0,\"value\":1}}"
      })
  void damagedRecord_isRefusedWithItsLine(String text) {
    assertThatThrownBy(() -> RolloutRecord.read(text.lines()))
        .isInstanceOf(RolloutRecord.Malformed.class)
        .hasMessageContaining("line ");
  }

  @Test
  void metricThatTheTrialLacks_isRefused() {
    String text = recorded(9, 0.002).replace("\"metric\":0,", "\"metric\":7,");
    assertThatThrownBy(() -> RolloutRecord.read(text.lines()))
        .hasMessageContaining("line 2 ")
        .hasMessageContaining("a metric that the trial does not have");
  }
}
