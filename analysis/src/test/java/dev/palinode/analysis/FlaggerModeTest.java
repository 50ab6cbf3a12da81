package dev.palinode.analysis;

import static dev.palinode.analysis.Modes.flagger;
import static dev.palinode.analysis.Modes.play;
import static dev.palinode.analysis.Modes.rows;
import static dev.palinode.analysis.Shop.ARMS;
import static dev.palinode.analysis.Shop.SETTINGS;
import static dev.palinode.analysis.Shop.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palinode.crds.AnalysisMode.Flagger;
import dev.palinode.crds.AnalysisTemplateSpec.Range;
import dev.palinode.crds.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FlaggerModeTest {
  private static final Measured GOOD = rows(99);
  private static final Measured BAD = rows(98.9);

  @Test
  void noCheckYet_isInconclusive() {
    assertThat(play(flagger(1))).isInstanceOf(Verdict.Inconclusive.class);
  }

  @Test
  void valueOnTheBound_passes() {
    assertThat(play(flagger(1), GOOD)).isInstanceOf(Verdict.Pass.class);
  }

  /** A failed check holds the weight; whether there are too many is asked at the next tick. */
  @Test
  void failedCheck_holdsAndRollsBackAtTheTickAfter() {
    assertThat(play(flagger(1), BAD)).isInstanceOf(Verdict.Inconclusive.class);
    Verdict verdict = play(flagger(1), BAD, GOOD);
    assertThat(verdict).isInstanceOf(Verdict.Fail.class);
    assertThat(verdict.evidence().observed()).isEqualTo("98.90");
    assertThat(verdict.evidence().limit()).isEqualTo("at least 99");
    assertThat(verdict.evidence().reason()).contains("1 of 1 checks failed", "threshold is 1");
  }

  @Test
  void failedChecks_areNeverForgiven() {
    assertThat(play(flagger(2), BAD, GOOD, GOOD)).isInstanceOf(Verdict.Pass.class);
    assertThat(play(flagger(2), BAD, GOOD, GOOD, BAD)).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(play(flagger(2), BAD, GOOD, GOOD, BAD, GOOD, GOOD)).isInstanceOf(Verdict.Fail.class);
  }

  @Test
  void noValue_isAFailedCheck() {
    assertThat(play(flagger(2), rows(), rows(Double.NaN))).isInstanceOf(Verdict.Inconclusive.class);
    Verdict verdict = play(flagger(2), rows(), rows(Double.NaN), GOOD);
    assertThat(verdict).isInstanceOf(Verdict.Fail.class);
    assertThat(verdict.evidence().observed()).isEqualTo("NaN");
    assertThat(play(flagger(1), rows(), GOOD).evidence().observed()).isEqualTo("no values found");
  }

  @Test
  void severalRows_countByTheLast() {
    assertThat(play(flagger(1), rows(1, 99))).isInstanceOf(Verdict.Pass.class);
    assertThat(play(flagger(1), rows(99, 1))).isInstanceOf(Verdict.Inconclusive.class);
  }

  @Test
  void templateValue_isNotCutToWholes() {
    Range range = new Range(null, 500.0);
    assertThat(play(flagger(range, Flagger.DEFAULT), rows(500.99)))
        .isInstanceOf(Verdict.Inconclusive.class);
  }

  /** The question's fault, not the release's: no check, neither passed nor failed. */
  @Test
  void refusedQuery_isInvalidAndNoCheck() {
    Measured refused = new Measured.Unusable("parse error");
    assertThat(play(flagger(1), refused, refused, refused)).isInstanceOf(Verdict.Invalid.class);
    assertThat(play(flagger(1), refused, refused, GOOD)).isInstanceOf(Verdict.Pass.class);
  }

  private static Gate gate(Flagger flagger) {
    return new Gate(List.of(flagger(new Range(99.0, null), flagger)), 0.01, T0, SETTINGS);
  }

  private static Reading look(Gate gate, StoredMetrics store, int seconds) {
    return gate.look(store, ARMS, RouteWeight.told(T0), T0.plusSeconds(seconds));
  }

  @Test
  void checks_comeAtTheirIntervalUntilTheEnd() {
    List<Long> asked = new ArrayList<>();
    var store =
        new StoredMetrics()
            .answering((_, at) -> {
              asked.add(Duration.between(T0, at).toSeconds());
              return new Answer.Known<>(List.of(new Sample(at, 50)));
            });
    Gate gate = gate(new Flagger(Span.of("25s"), 2));
    Reading last = null;
    for (int s = 0; s <= 300; s += 5) {
      last = look(gate, store, s);
    }
    assertThat(asked).containsExactly(25L, 50L, 75L);
    assertThat(last.verdict()).isInstanceOf(Verdict.Fail.class);
    assertThat(store.askedForRanges).as("its past is of no use").isEmpty();
  }

  @Test
  void unreadableStore_isNoFailedCheck() {
    Gate gate = gate(new Flagger(Span.of("30s"), 1));
    var store = new StoredMetrics().answering((_, _) -> new Answer.Unreadable<>("down"));
    Reading blind = look(gate, store, 3_600);
    assertThat(blind.unreadable()).contains("down");
    assertThat(blind.verdict()).isInstanceOf(Verdict.Inconclusive.class);
    store.answering((_, at) -> new Answer.Known<>(List.of(new Sample(at, 100))));
    Reading again = look(gate, store, 3_601);
    assertThat(again.verdict()).isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void silentArms_passNothing() {
    Judge judge = Modes.judge(flagger(1));
    Modes.show(judge, 1, GOOD);
    assertThat(judge.each(Optional.of("silent since noon"), false))
        .singleElement()
        .satisfies(m -> assertThat(m.verdict()).isInstanceOf(Verdict.Invalid.class));
    assertThat(judge.each(Optional.empty(), true))
        .singleElement()
        .satisfies(m -> assertThat(m.verdict()).isInstanceOf(Verdict.Inconclusive.class));
  }

  @Test
  void otherExhibits_areABug() {
    Instant at = T0.plusSeconds(60);
    var shown = new Exhibit.Shown(0, new Measured.Value(1));
    assertThatThrownBy(() -> Modes.judge(flagger(1)).add(new Exhibit.Moment(at, shown)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Its run ends with the promotion; what is asked about stable after that has no answer. */
  @Test
  void servesAlone_isNotAskedAnyMore() {
    Arms alone =
        new Arms(
            ARMS.serviceNamespace(),
            ARMS.serviceName(),
            ARMS.candidateRevision(),
            ARMS.candidatePodPrefix(),
            ARMS.candidatePods(),
            List.of(),
            true);
    StoredMetrics silent = new StoredMetrics();
    assertThat(halfAnHour(silent, ARMS)).isInstanceOf(Verdict.Fail.class);
    assertThat(silent.asked).contains("success");

    StoredMetrics after = new StoredMetrics();
    assertThat(halfAnHour(after, alone)).isNotInstanceOf(Verdict.Fail.class);
    assertThat(after.asked).doesNotContain("success");
  }

  private static Verdict halfAnHour(StoredMetrics store, Arms arms) {
    Gate gate = new Gate(List.of(flagger(2)), 0.01, T0, SETTINGS);
    Verdict last = null;
    for (int second = 0; second <= 1_800; second += 5) {
      last = gate.look(store, arms, RouteWeight.told(T0), T0.plusSeconds(second)).verdict();
    }
    return last;
  }
}
