package dev.palinode.analysis.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palinode.analysis.BuiltInTemplates;
import dev.palinode.analysis.Exhibit;
import dev.palinode.analysis.GateSettings;
import dev.palinode.analysis.Measured;
import dev.palinode.analysis.Trial;
import dev.palinode.analysis.WindowCounts;
import dev.palinode.analysis.record.RecordWriter;
import dev.palinode.analysis.record.RolloutRecord;
import dev.palinode.analysis.replay.Replay.Outcome;
import dev.palinode.analysis.replay.Rule.Answer;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReplayTest {
  private static Outcome outcome(Replay.Result result, String rule) {
    return result.outcomes().stream().filter(o -> o.rule().equals(rule)).findFirst().orElseThrow();
  }

  private static Optional<Duration> minutes(int minutes) {
    return Optional.of(Duration.ofMinutes(minutes));
  }

  /** Two per cent against a fifteenth of one: each rule at the time its own arithmetic says. */
  @Test
  void badCanary_isRolledBackByEachInItsTime() {
    Replay.Result result = Replay.run(Traffics.steady(80, 3, 1), Traffics.settings());
    Outcome ours = outcome(result, "palinode");
    assertThat(ours.answer()).isEqualTo(Answer.FAIL);
    assertThat(ours.at().orElseThrow()).isLessThan(Duration.ofMinutes(2));
    assertThat(Math.exp(ours.logEvidence().orElseThrow())).isGreaterThanOrEqualTo(100);
    assertThat(ours.requests()).isEqualTo(ours.at().orElseThrow().toSeconds() * 10);
    assertThat(ours.badRequests()).isEqualTo(ours.requests() / 50);
    assertThat(outcome(result, "argo").at()).isEqualTo(minutes(4));
    assertThat(outcome(result, "flagger").at()).isEqualTo(minutes(6));
    assertThat(outcome(result, "kayenta").at()).isEqualTo(minutes(10));
    assertThat(outcome(result, "kayenta").badRequests()).isEqualTo(120);
    assertThat(result.points()).hasSize(80);
  }

  @Test
  void healthyCanary_isPromotedByAll() {
    Replay.Result result =
        Replay.run(
            Traffics.of(80, i -> new WindowCounts(150, i % 9 == 0 ? 1 : 0, 1350, 1)),
            Traffics.settings());
    assertThat(result.outcomes())
        .allSatisfy(o -> {
          assertThat(o.answer()).as(o.rule()).isEqualTo(Answer.PASS);
          assertThat(o.at()).isEmpty();
          assertThat(o.requests()).isEqualTo(12_000);
        });
  }

  @Test
  void noRequestToTheCanary_waitsWhereOthersRollBack() {
    Replay.Result result =
        Replay.run(Traffics.of(80, _ -> new WindowCounts(0, 0, 1500, 1)), Traffics.settings());
    assertThat(outcome(result, "palinode").answer()).isEqualTo(Answer.INCONCLUSIVE);
    assertThat(outcome(result, "palinode").logEvidence().orElseThrow()).isCloseTo(0, within(1e-12));
    assertThat(outcome(result, "flagger").answer()).isEqualTo(Answer.FAIL);
    assertThat(outcome(result, "argo").answer()).isEqualTo(Answer.FAIL);
  }

  @Test
  void noStable_isDistrusted() {
    Replay.Result result =
        Replay.run(Traffics.of(40, _ -> new WindowCounts(150, 0, 0, 0)), Traffics.settings());
    assertThat(outcome(result, "palinode").answer()).isEqualTo(Answer.INVALID);
  }

  @Test
  void burstOfBothArms_isNoReasonForUs() {
    Replay.Result result =
        Replay.run(
            Traffics.of(160, i -> i % 16 < 8 ? new WindowCounts(150, 3, 1350, 27) : quiet()),
            Traffics.settings());
    assertThat(outcome(result, "palinode").answer()).isNotEqualTo(Answer.FAIL);
    assertThat(outcome(result, "flagger").answer()).isEqualTo(Answer.FAIL);
  }

  private static WindowCounts quiet() {
    return new WindowCounts(150, 0, 1350, 1);
  }

  @Test
  void shortRecording_isNotJudgedByKayenta() {
    Replay.Result result = Replay.run(Traffics.steady(8, 0, 1), Traffics.settings());
    assertThat(outcome(result, "kayenta").answer()).isEqualTo(Answer.INCONCLUSIVE);
  }

  @Test
  void windowsLongerThanAnInterval_areCheckedOnceEach() {
    Recording coarse =
        new Recording(
            Instant.EPOCH,
            TimeScale.SECONDS,
            java.util.stream.IntStream.rangeClosed(1, 6)
                .mapToObj(i ->
                    new Window(
                        Duration.ofMinutes(5L * i),
                        Duration.ofMinutes(5),
                        new WindowCounts(3000, 60, 27_000, 20)))
                .toList(),
            List.of(),
            true);
    Replay.Result result = Replay.run(coarse, Traffics.settings());
    assertThat(outcome(result, "argo").at()).isEqualTo(minutes(20));
    assertThat(outcome(result, "flagger").at()).isEqualTo(minutes(30));
    assertThat(outcome(result, "palinode").at()).isEqualTo(minutes(5));
  }

  @Test
  void sameRecording_givesTheSameBits() {
    Recording recording =
        Traffics.of(80, i -> new WindowCounts(150, i % 5 == 0 ? 2 : 0, 1350, i % 2));
    assertThat(Replay.run(recording, Traffics.settings()))
        .usingRecursiveComparison()
        .isEqualTo(Replay.run(recording, Traffics.settings()));
  }

  @Test
  void tree_hasEveryRuleWithItsNumbers() {
    Replay.Result result = Replay.run(Traffics.steady(20, 3, 1), Traffics.settings());
    var tree = ReplayReport.tree(result);
    assertThat(tree.keySet()).containsExactly("palinode", "flagger", "argo", "kayenta");
    assertThat(tree.get("argo"))
        .containsEntry("verdict", "Fail")
        .containsEntry("time", new BigDecimal("240"))
        .containsEntry("requests", 2400L)
        .containsEntry("badRequests", 48L)
        .containsEntry("eValue", null);
    assertThat(tree.get("kayenta")).containsEntry("time", null).containsKey("seconds");
    assertThat((double) tree.get("palinode").get("eValue")).isGreaterThan(100);
  }

  private static final List<Double> EDGES =
      List.of(50.0, 100.0, 200.0, 400.0, 600.0, Double.POSITIVE_INFINITY);

  /** Everybody as fast as the others, then the canary's requests take twice as long. */
  private static Recording slowCanary() {
    List<Window> windows = new ArrayList<>();
    for (int i = 1; i <= 80; i++) {
      windows.add(
          new Window(
              Traffics.LENGTH.multipliedBy(i),
              Traffics.LENGTH,
              new WindowCounts(150, 0, 1350, 0),
              Optional.of(
                  new Measured.Buckets(
                      EDGES,
                      List.of(0L, 60L, 60L, 20L, 8L, 2L),
                      List.of(540L, 540L, 180L, 72L, 12L, 6L)))));
    }
    return new Recording(Instant.EPOCH, TimeScale.SECONDS, windows, List.of(), false);
  }

  @Test
  void slowCanary_isFoundByTheWholeHistogram() {
    Replay.Result result = Replay.run(slowCanary(), Traffics.settings());
    assertThat(outcome(result, "palinode").answer()).isEqualTo(Answer.FAIL);
    assertThat(outcome(result, "palinode").at().orElseThrow()).isLessThan(Duration.ofMinutes(2));
    assertThat(outcome(result, "palinode").words()).contains("ms");
    assertThat(outcome(result, "flagger").at()).isEqualTo(minutes(6));
    assertThat(outcome(result, "argo").answer()).isEqualTo(Answer.PASS);
    assertThat(outcome(result, "kayenta").at()).isEqualTo(minutes(10));
  }

  @Test
  void quantile_isPromQLs() {
    List<Double> edges = List.of(10.0, 20.0, Double.POSITIVE_INFINITY);
    assertThat(Interval.quantile(edges, List.of(50L, 50L, 0L), 0.75)).isEqualTo(15);
    assertThat(Interval.quantile(edges, List.of(50L, 0L, 50L), 0.99)).isEqualTo(20);
    assertThat(Interval.quantile(edges, List.of(0L, 0L, 0L), 0.5)).isNaN();
  }

  /** A tenth of the requests was told, a third came: the arms do not get the same requests. */
  @Test
  void otherShareThanTheWeight_isDistrusted() {
    Recording skewed = Traffics.of(80, _ -> new WindowCounts(500, 1, 1000, 2)).withWeight(10);
    assertThat(outcome(Replay.run(skewed, Traffics.settings()), "palinode").answer())
        .isEqualTo(Answer.INVALID);
  }

  @Test
  void record_isJudgedAsItWasAndByTheOthers() {
    RolloutRecord record = RolloutRecord.read(written(3).lines());
    Replay.Result result = RecordReplay.run(record, Traffics.settings()).orElseThrow();
    assertThat(record.difference()).isEmpty();
    assertThat(outcome(result, "palinode").answer()).isEqualTo(Answer.FAIL);
    assertThat(outcome(result, "argo").at()).isEqualTo(minutes(4));
    assertThat(result.recording().weights())
        .containsExactly(new Recording.WeightChange(Duration.ZERO, 10));
  }

  @Test
  void recordWithoutWindows_isEmpty() {
    RolloutRecord record = RolloutRecord.read(written(3).lines().limit(1));
    assertThat(RecordReplay.run(record, Traffics.settings())).isEmpty();
  }

  private static String written(long canaryBad) {
    StringBuilder lines = new StringBuilder();
    RecordWriter writer = new RecordWriter(lines);
    Instant start = Instant.parse("2026-01-31T12:00:00Z");
    writer.begin(Trial.of(BuiltInTemplates.http().metrics(), 0.01, start, GateSettings.defaults()));
    for (int i = 1; i <= 40; i++) {
      WindowCounts counts = new WindowCounts(150, canaryBad, 1350, 1);
      writer.add(
          new Exhibit.ClosedWindow(
              start.plusSeconds(15L * i),
              0.1,
              Optional.of(start),
              1,
              9,
              150,
              1350,
              List.of(new Exhibit.Shown(0, new Measured.Counts(counts))),
              Optional.empty()));
    }
    return lines.toString();
  }

  @Test
  void textAndPicture_nameEveryRule() {
    Replay.Result result = Replay.run(Traffics.steady(80, 3, 1), Traffics.settings());
    assertThat(ReplayReport.text(result))
        .contains("palinode  rolls back")
        .contains("kayenta   rolls back")
        .contains("fails")
        .contains("^ argo 4m");
    assertThat(ReplayReport.svg(result))
        .startsWith("<svg ")
        .contains("flagger 6m")
        .contains("kayenta 10m")
        .doesNotContain("NaN");
  }
}
