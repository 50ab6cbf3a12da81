package dev.palinode.analysis;

import static dev.palinode.analysis.Modes.FAILURE;
import static dev.palinode.analysis.Modes.SUCCESS;
import static dev.palinode.analysis.Modes.argo;
import static dev.palinode.analysis.Modes.each;
import static dev.palinode.analysis.Modes.limits;
import static dev.palinode.analysis.Modes.play;
import static dev.palinode.analysis.Modes.rows;
import static dev.palinode.analysis.Shop.ARMS;
import static dev.palinode.analysis.Shop.SETTINGS;
import static dev.palinode.analysis.Shop.T0;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.AnalysisMode.Argo;
import dev.palinode.crds.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgoModeTest {
  private static final Measured GOOD = rows(0.96);
  private static final Measured MIDDLE = rows(0.7);
  private static final Measured BAD = rows(0.4);
  private static final Measured NOTHING = rows();

  @ParameterizedTest
  @CsvSource({
    "result[0] >= 0.95, , 0.95, Pass",
    "result[0] >= 0.95, , 0.94, Fail",
    "result[0] >= 0.95, , NaN, Fail",
    ", result[0] < 0.5, 0.5, Pass",
    ", result[0] < 0.5, 0.4, Fail",
    ", result[0] < 0.5, NaN, Pass",
    "result[0] >= 0.95, result[0] < 0.5, 0.96, Pass",
    "result[0] >= 0.95, result[0] < 0.5, 0.7, Inconclusive",
    "result[0] >= 0.95, result[0] < 0.5, NaN, Inconclusive",
    "result[0] >= 0.3, result[0] < 0.5, 0.4, Fail",
  })
  void oneMeasurement_followsTheTable(String success, String failure, double value, String result) {
    Verdict verdict = play(argo(each(null, success, failure, null, 0)), rows(value));
    assertThat(verdict.getClass().getSimpleName()).isEqualTo(result);
  }

  @Test
  void noMeasurementYet_isInconclusive() {
    assertThat(play(argo(each("1m", SUCCESS, null, null, 0))))
        .isInstanceOf(Verdict.Inconclusive.class);
  }

  @Test
  void failures_addUpToOneMoreThanForgiven() {
    var metric = argo(each("1m", SUCCESS, null, null, 2));
    assertThat(play(metric, BAD, GOOD, BAD, GOOD)).isInstanceOf(Verdict.Pass.class);
    Verdict verdict = play(metric, BAD, GOOD, BAD, GOOD, BAD, GOOD);
    assertThat(verdict).isInstanceOf(Verdict.Fail.class);
    assertThat(verdict.evidence().observed()).isEqualTo("0.4000");
    assertThat(verdict.evidence().limit()).isEqualTo(SUCCESS);
    assertThat(verdict.evidence().reason())
        .contains("5 measurements: 2 successful, 3 failed (2 forgiven)");
  }

  /** Ended with the rollout it would count as a success; while the last one failed, it waits. */
  @Test
  void endlessRun_passesWhileItsLastMeasurementIsGood() {
    var metric = argo(each("1m", SUCCESS, null, null, 3));
    assertThat(play(metric, GOOD)).isInstanceOf(Verdict.Pass.class);
    assertThat(play(metric, GOOD, BAD)).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(play(metric, GOOD, NOTHING)).isInstanceOf(Verdict.Inconclusive.class);
  }

  @Test
  void count_isWaitedFor() {
    var metric = argo(each("1m", SUCCESS, null, 3, 1));
    assertThat(play(metric, GOOD, GOOD)).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(play(metric, GOOD, BAD, GOOD)).isInstanceOf(Verdict.Pass.class);
    assertThat(play(metric, GOOD, BAD, GOOD, BAD))
        .as("it is over")
        .isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void inconclusive_hasALimitOfItsOwn() {
    var metric = argo(limits("1m", SUCCESS, FAILURE, null, 0, 1, 0));
    assertThat(play(metric, MIDDLE, GOOD)).isInstanceOf(Verdict.Pass.class);
    assertThat(play(metric, MIDDLE, GOOD, MIDDLE, GOOD)).isInstanceOf(Verdict.Inconclusive.class);
  }

  @Test
  void consecutiveSuccesses_endTheRun() {
    var metric = argo(limits("1m", SUCCESS, null, null, -1, 0, 2));
    assertThat(play(metric, GOOD, BAD, GOOD)).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(play(metric, GOOD, BAD, GOOD, GOOD)).isInstanceOf(Verdict.Pass.class);
    var limited = argo(limits("1m", SUCCESS, null, 3, -1, 0, 2));
    assertThat(play(limited, GOOD, BAD, GOOD)).isInstanceOf(Verdict.Fail.class);
  }

  /**
   * Argo aborts on an error as on a failure; here nothing that was not measured fails a release.
   */
  @Test
  void errorsBeyondTheLimit_endTheRunInvalid() {
    var metric = argo(each("1m", SUCCESS, null, null, 0));
    assertThat(play(metric, NOTHING, NOTHING, NOTHING, NOTHING))
        .isInstanceOf(Verdict.Inconclusive.class);
    assertThat(play(metric, NOTHING, NOTHING, NOTHING, NOTHING, GOOD))
        .as("only errors in a row count")
        .isInstanceOf(Verdict.Pass.class);
    Verdict verdict = play(metric, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, BAD);
    assertThat(verdict).isInstanceOf(Verdict.Invalid.class);
    assertThat(verdict.evidence().reason()).contains("5 errors", "an empty answer", "result[0]");
  }

  @Test
  void refusedQuery_isAnError() {
    Measured refused = new Measured.Unusable("parse error");
    var metric = argo(each("1m", SUCCESS, null, null, 0));
    Verdict verdict = play(metric, refused, refused, refused, refused, refused);
    assertThat(verdict).isInstanceOf(Verdict.Invalid.class);
    assertThat(verdict.evidence().reason()).contains("parse error");
  }

  @Test
  void severalRows_areOneList() {
    var metric = argo(each(null, "all(result, {# >= 0.95})", null, null, 0));
    assertThat(play(metric, rows(0.96, 0.97))).isInstanceOf(Verdict.Pass.class);
    assertThat(play(metric, rows(0.96, 0.4))).isInstanceOf(Verdict.Fail.class);
  }

  /** Seconds at which the store is asked within ten minutes. */
  private static List<Long> asked(Argo argo, Function<Long, Double> value) {
    List<Long> asked = new ArrayList<>();
    var store =
        new StoredMetrics()
            .answering((_, at) -> {
              long second = Duration.between(T0, at).toSeconds();
              asked.add(second);
              Double v = value.apply(second);
              return new Answer.Known<>(v == null ? List.of() : List.of(new Sample(at, v)));
            });
    Gate gate = new Gate(List.of(argo(argo)), 0.01, T0, SETTINGS);
    for (Instant now = T0; now.isBefore(T0.plusSeconds(600)); now = now.plusSeconds(5)) {
      gate.look(store.at(now), ARMS, RouteWeight.told(T0), now);
    }
    return asked;
  }

  @Test
  void measurements_beginAtOnceAndComeAtTheirInterval() {
    assertThat(asked(each("2m", SUCCESS, null, null, 0), _ -> 1.0))
        .containsExactly(0L, 120L, 240L, 360L, 480L);
    assertThat(asked(each("2m", SUCCESS, null, 3, 0), _ -> 1.0)).containsExactly(0L, 120L, 240L);
    assertThat(asked(each("2m", SUCCESS, null, null, 0), s -> s < 200 ? 1.0 : 0.0))
        .containsExactly(0L, 120L, 240L);
    assertThat(asked(each(null, SUCCESS, null, null, 0), _ -> 1.0)).containsExactly(0L);
  }

  @Test
  void afterAnError_itIsMeasuredAgainSoon() {
    assertThat(asked(each("4m", SUCCESS, null, null, 0), s -> s < 25 ? null : 1.0))
        .containsExactly(0L, 10L, 20L, 30L, 270L, 510L);
  }

  @Test
  void initialDelay_isWaitedFor() {
    Argo argo =
        new Argo(SUCCESS, null, Span.of("4m"), Span.of("90s"), null, null, null, null, null);
    assertThat(asked(argo, _ -> 1.0)).containsExactly(90L, 330L, 570L);
  }
}
