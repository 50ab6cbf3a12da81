package dev.palinode.analysis;

import static dev.palinode.analysis.Modes.kayenta;
import static dev.palinode.analysis.Shop.ARMS;
import static dev.palinode.analysis.Shop.SETTINGS;
import static dev.palinode.analysis.Shop.T0;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.AnalysisMode.Direction;
import dev.palinode.crds.AnalysisMode.Kayenta;
import dev.palinode.crds.AnalysisMode.NanStrategy;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.Span;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The values of Kayenta's own tests: x lies 22.5 above y, at least 6 and at most 39. */
class KayentaModeTest {
  /** A judgement each four minutes, of the last four. */
  private static final Kayenta FOUR_MINUTES_EACH =
      new Kayenta(
          Direction.increase,
          null,
          null,
          null,
          null,
          null,
          Span.of("4m"),
          Span.of("4m"),
          Span.of("1m"));

  private static final double[] X = {10, 20, 30, 40};
  private static final double[] Y = {1, 2, 3, 4};
  private static final double[] NONE = {Double.NaN, Double.NaN, Double.NaN, Double.NaN};

  private static Verdict play(Metric metric, double[] candidate, double[] stable) {
    Judge judge = Modes.judge(metric);
    show(judge, 1, candidate, stable);
    return judge.verdict();
  }

  private static void show(Judge judge, int minute, double[] candidate, double[] stable) {
    for (int i = 0; i < candidate.length; i++) {
      Modes.show(judge, minute + i, new Measured.Pair(candidate[i], stable[i]));
    }
  }

  @Test
  void beforeTheFirstJudgement_isInconclusive() {
    Judge judge = Modes.judge(kayenta(Direction.increase));
    for (int minute = 1; minute < 4; minute++) {
      Verdict verdict = Modes.show(judge, minute, new Measured.Pair(100, 1));
      assertThat(verdict).isInstanceOf(Verdict.Inconclusive.class);
      assertThat(verdict.evidence().reason()).contains("4m after 0s");
    }
  }

  @Test
  void highValues_failWhereThatIsBad() {
    Verdict verdict = play(kayenta(Direction.increase), X, Y);
    assertThat(verdict).isInstanceOf(Verdict.Fail.class);
    assertThat(verdict.evidence().observed()).isEqualTo("25");
    assertThat(verdict.evidence().limit()).isEqualTo("2.5");
    assertThat(verdict.evidence().reason()).contains("in judgement 1", "is high against");
    assertThat(play(kayenta(Direction.either), X, Y)).isInstanceOf(Verdict.Fail.class);
    assertThat(play(kayenta(Direction.decrease), X, Y)).isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void lowValues_failWhereThatIsBad() {
    assertThat(play(kayenta(Direction.decrease), Y, X)).isInstanceOf(Verdict.Fail.class);
    assertThat(play(kayenta(Direction.increase), Y, X)).isInstanceOf(Verdict.Pass.class);
  }

  /** The interval must lie more than a quarter of the shift away from none: 5 is, 5.6 is not. */
  @Test
  void shiftWithinTheTolerance_passes() {
    assertThat(play(kayenta(Direction.increase), new double[] {9, 20, 30, 40}, Y))
        .isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void increaseThatIsAllowed_passes() {
    assertThat(play(kayenta(Direction.increase, NanStrategy.remove, false, 10), X, Y))
        .isInstanceOf(Verdict.Fail.class);
    assertThat(play(kayenta(Direction.increase, NanStrategy.remove, false, 10.1), X, Y))
        .isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void equalSeries_pass() {
    assertThat(play(kayenta(Direction.either), X, X)).isInstanceOf(Verdict.Pass.class);
  }

  /** Kayenta scores it 0 and stops; here nothing that was not measured fails a release. */
  @Test
  void noDataInOneSeries_endsTheRunInvalid() {
    for (Metric metric : List.of(kayenta(Direction.increase), kayenta(Direction.either))) {
      assertThat(play(metric, NONE, Y)).isInstanceOf(Verdict.Invalid.class);
      assertThat(play(metric, X, NONE)).isInstanceOf(Verdict.Invalid.class);
    }
    Judge judge = Modes.judge(kayenta(Direction.increase));
    show(judge, 1, NONE, Y);
    show(judge, 5, X, X);
    assertThat(judge.verdict()).as("it is over").isInstanceOf(Verdict.Invalid.class);
    assertThat(judge.untilNext(0, SETTINGS.interval())).isEmpty();
  }

  @Test
  void noDataWhereThereMustBe_fails() {
    assertThat(play(kayenta(Direction.increase, NanStrategy.remove, true, 1), NONE, Y))
        .isInstanceOf(Verdict.Fail.class);
  }

  @Test
  void replacedNans_areZeros() {
    double[] gaps = {20, Double.NaN, 30, 40};
    assertThat(play(kayenta(Direction.increase), gaps, Y)).isInstanceOf(Verdict.Fail.class);
    assertThat(play(kayenta(Direction.increase, NanStrategy.replace, false, 1), gaps, Y))
        .isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void infiniteValues_areNone() {
    double[] infinite = {20, Double.POSITIVE_INFINITY, 30, 40};
    double[] gaps = {20, Double.NaN, 30, 40};
    assertThat(play(kayenta(Direction.increase), infinite, Y))
        .isEqualTo(play(kayenta(Direction.increase), gaps, Y));
  }

  @Test
  void laterJudgements_seeAllThatCameBefore() {
    Judge judge = Modes.judge(kayenta(Direction.increase));
    show(judge, 1, Y, Y);
    assertThat(judge.verdict()).isInstanceOf(Verdict.Pass.class);
    show(judge, 5, X, Y);
    assertThat(judge.verdict()).as("half of it is fine").isInstanceOf(Verdict.Pass.class);
    assertThat(judge.verdict().evidence().reason()).contains("in judgement 2");
    show(judge, 9, X, Y);
    show(judge, 13, X, Y);
    show(judge, 17, X, Y);
    assertThat(judge.verdict()).isInstanceOf(Verdict.Fail.class);
  }

  @Test
  void lookback_seesOnlyTheLastValuesAndKeepsNoMore() {
    Judge judge = Modes.judge(kayenta(FOUR_MINUTES_EACH));
    show(judge, 1, Y, Y);
    int size = judge.save().length;
    for (int minute = 5; minute <= 37; minute += 4) {
      show(judge, minute, Y, Y);
    }
    assertThat(judge.save()).hasSizeLessThan(size + 8);
    show(judge, 41, X, Y);
    assertThat(judge.verdict()).isInstanceOf(Verdict.Fail.class);
  }

  /** Nobody asked while there was nothing to compare with; that is not an answer without data. */
  @Test
  void spanInWhichNothingWasAsked_isPassedOver() {
    Judge judge = Modes.judge(kayenta(FOUR_MINUTES_EACH));
    for (int minute = 1; minute <= 10; minute++) {
      Modes.show(judge, minute, new Measured.Missing("at 100 %"));
    }
    assertThat(judge.verdict()).isInstanceOf(Verdict.Inconclusive.class);
    show(judge, 13, Y, Y);
    assertThat(judge.verdict()).isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void refusedQuery_isInvalidUntilItIsAnswered() {
    Judge judge = Modes.judge(kayenta(Direction.increase));
    assertThat(Modes.show(judge, 1, new Measured.Unusable("2 series")))
        .isInstanceOf(Verdict.Invalid.class);
    show(judge, 2, X, X);
    assertThat(judge.verdict()).isInstanceOf(Verdict.Pass.class);
  }

  private static Reading look(StoredMetrics store, double share, int seconds) {
    Gate gate = new Gate(List.of(kayenta(Direction.increase)), 0.01, T0, SETTINGS);
    RouteWeight told = new RouteWeight(share, Optional.of(T0), Optional.empty());
    return gate.look(store, ARMS, told, T0.plusSeconds(seconds));
  }

  @Test
  void bothArms_areReadAtEachStep() {
    var store =
        new StoredMetrics()
            .answering(
                (query, at) -> new Answer.Known<>(List.of(new Sample(at, value(query, at)))));
    assertThat(look(store, 0.1, 301).verdict()).isInstanceOf(Verdict.Fail.class);
    assertThat(store.asked.stream().filter(q -> q.equals("new"))).hasSize(4);
    assertThat(store.asked.stream().filter(q -> q.equals("old"))).hasSize(4);
    assertThat(store.askedForRanges).isEmpty();
  }

  private static double value(String query, Instant at) {
    int minute = (int) (at.getEpochSecond() - T0.getEpochSecond()) / 60;
    return query.equals("new") ? X[minute - 1] : Y[minute - 1];
  }

  @Test
  void emptyArm_isNoDataAndNoFailure() {
    var store =
        new StoredMetrics()
            .answering((query, at) ->
                new Answer.Known<>(query.equals("new") ? List.of() : List.of(new Sample(at, 1))));
    assertThat(look(store, 0.1, 301).verdict()).isInstanceOf(Verdict.Invalid.class);
  }

  /** Stable idles there; whatever it shows is no match for a busy candidate. */
  @Test
  void atFullWeight_nothingIsCompared() {
    var store =
        new StoredMetrics()
            .answering((query, at) ->
                new Answer.Known<>(List.of(new Sample(at, query.equals("new") ? 100 : 0))));
    assertThat(look(store, 1, 3_600).verdict()).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(store.asked).doesNotContain("new", "old");
  }

  @Test
  void unreadableStore_isAskedAgain() {
    var store =
        new StoredMetrics()
            .answering((query, _) ->
                query.equals("old")
                    ? new Answer.Unreadable<>("down")
                    : new Answer.Known<>(List.of()));
    Reading reading = look(store, 0.1, 3_600);
    assertThat(reading.unreadable()).contains("down");
    assertThat(reading.verdict()).isInstanceOf(Verdict.Inconclusive.class);
  }
}
