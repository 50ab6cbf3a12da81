package dev.palinode.analysis.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.analysis.WindowCounts;
import dev.palinode.analysis.replay.Replay.Outcome;
import dev.palinode.analysis.replay.Rule.Answer;
import java.math.BigDecimal;
import java.time.Duration;
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
    assertThat(outcome(result, "palinode").logEvidence()).hasValue(0);
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
            java.time.Instant.EPOCH,
            TimeScale.SECONDS,
            java.util.stream.IntStream.rangeClosed(1, 6)
                .mapToObj(i ->
                    new Window(
                        Duration.ofMinutes(5L * i),
                        Duration.ofMinutes(5),
                        new WindowCounts(3000, 60, 27_000, 20)))
                .toList(),
            java.util.List.of());
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
