package dev.palinode.analysis.rivals;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Golden cases for Argo's table of conditions, its counters and the order of states. */
class ArgoTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final String SUCCESS = "result[0] >= 0.95";
  private static final String FAILURE = "result[0] < 0.5";

  private static ArgoMetric metric(String success, String failure) {
    return new ArgoMetric("m", success, failure, MINUTE, null, 0, 0, 4, 0, false);
  }

  private static ArgoMetric limits(
      @Nullable Integer count, int failures, int inconclusive, int errors, int successes) {
    return new ArgoMetric(
        "m", SUCCESS, FAILURE, MINUTE, count, failures, inconclusive, errors, successes, false);
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', 0.1, SUCCESSFUL",
    "result[0] >= 0.95, '', 0.95, SUCCESSFUL",
    "result[0] >= 0.95, '', 0.94, FAILED",
    "result[0] >= 0.95, '', NaN, FAILED",
    "'', result[0] < 0.5, 0.5, SUCCESSFUL",
    "'', result[0] < 0.5, 0.4, FAILED",
    "'', result[0] < 0.5, NaN, SUCCESSFUL", // fails open
    "result[0] >= 0.95, result[0] < 0.5, 0.96, SUCCESSFUL",
    "result[0] >= 0.95, result[0] < 0.5, 0.7, INCONCLUSIVE",
    "result[0] >= 0.95, result[0] < 0.5, NaN, INCONCLUSIVE",
    "result[0] >= 0.95, result[0] < 0.5, 0.4, FAILED",
    "result[0] >= 0.3, result[0] < 0.5, 0.4, FAILED", // both: the failure wins
    "result[0] + 1, '', 0.4, ERROR",
    "result[0] >=, '', 0.4, ERROR",
    "result[1] >= 0.95, '', 0.96, ERROR",
  })
  void conditions_followTheTable(String success, String failure, double value, ArgoPhase phase) {
    assertThat(metric(success, failure).measure(List.of(value))).isEqualTo(phase);
  }

  @Test
  void emptyVector_isAnErrorUnlessAskedFor() {
    assertThat(metric(SUCCESS, "").measure(List.of())).isEqualTo(ArgoPhase.ERROR);
    assertThat(metric("len(result) == 0 || " + SUCCESS, "").measure(List.of()))
        .isEqualTo(ArgoPhase.SUCCESSFUL);
  }

  private static List<ArgoPhase> play(ArgoMetric metric, ArgoPhase... measurements) {
    ArgoRun run = new ArgoRun(List.of(metric));
    return Arrays.stream(measurements)
        .map(measured -> {
          run.measured(metric, measured);
          return run.phase();
        })
        .toList();
  }

  private static final ArgoPhase S = ArgoPhase.SUCCESSFUL;
  private static final ArgoPhase F = ArgoPhase.FAILED;
  private static final ArgoPhase I = ArgoPhase.INCONCLUSIVE;
  private static final ArgoPhase E = ArgoPhase.ERROR;
  private static final ArgoPhase R = ArgoPhase.RUNNING;

  @Test
  void failures_addUpOverTheRun() {
    assertThat(play(limits(null, 0, 0, 4, 0), F)).containsExactly(F);
    assertThat(play(limits(null, 2, 0, 4, 0), F, S, F, S, F)).containsExactly(R, R, R, R, F);
    assertThat(play(limits(null, -1, 0, 4, 1), F, F, F)).containsExactly(R, R, R);
  }

  @Test
  void inconclusive_hasALimitOfItsOwn() {
    assertThat(play(limits(null, 0, 1, 4, 0), I, S, I)).containsExactly(R, R, I);
  }

  @Test
  void errors_countOnlyInARow() {
    assertThat(play(limits(null, 0, 0, 2, 0), E, E, S, E, E, E)).containsExactly(R, R, R, R, R, E);
  }

  @Test
  void errorsDoNotAddToTheCount() {
    assertThat(play(limits(2, 0, 0, 4, 0), E, S, E, S)).containsExactly(R, R, R, S);
  }

  @Test
  void count_endsTheMetric() {
    assertThat(play(limits(2, 1, 0, 4, 0), F, S)).containsExactly(R, S);
    assertThat(play(limits(null, 0, 0, 4, 0), S, S, S)).containsExactly(R, R, R);
    ArgoMetric once = new ArgoMetric("m", SUCCESS, "", null, null, 0, 0, 4, 0, false);
    assertThat(play(once, S)).containsExactly(S);
  }

  @Test
  void consecutiveSuccesses_endTheMetric() {
    assertThat(play(limits(null, -1, 0, 4, 2), S, F, S, S)).containsExactly(R, R, R, S);
    assertThat(play(limits(3, 1, 0, 4, 2), S, F, S)).containsExactly(R, R, I);
    assertThat(play(limits(3, -1, 0, 4, 2), S, F, S)).containsExactly(R, R, F);
  }

  @Test
  void afterAnError_itIsMeasuredSoon() {
    ArgoMetric metric = limits(null, 3, 0, 4, 0);
    ArgoRun run = new ArgoRun(List.of(metric));
    assertThat(run.measured(metric, E)).contains(ArgoMetric.ERROR_RETRY);
    assertThat(run.measured(metric, F)).contains(MINUTE);
    ArgoMetric strict = limits(null, 0, 0, 4, 0);
    assertThat(new ArgoRun(List.of(strict)).measured(strict, F)).isEqualTo(Optional.empty());
  }

  @Test
  void worstMetric_isTheRunAndEndsTheOthers() {
    ArgoMetric good = ArgoMetric.success("good", SUCCESS, MINUTE);
    ArgoMetric bad = ArgoMetric.success("bad", SUCCESS, MINUTE);
    ArgoRun run = new ArgoRun(List.of(good, bad));
    assertThat(run.phase()).isEqualTo(ArgoPhase.PENDING);
    run.measured(good, S);
    run.measured(bad, F);
    assertThat(run.phase()).isEqualTo(F);
    assertThat(run.phase(good)).isEqualTo(S);
    assertThat(run.phase().aborts()).isTrue();
    assertThat(ArgoPhase.values()).containsExactly(S, R, ArgoPhase.PENDING, I, E, F);
  }

  @Test
  void dryRun_isToldAndNotCounted() {
    ArgoMetric dry = new ArgoMetric("dry", SUCCESS, "", MINUTE, null, 0, 0, 4, 0, true);
    ArgoMetric good = ArgoMetric.success("good", SUCCESS, MINUTE);
    ArgoRun run = new ArgoRun(List.of(good, dry));
    run.measured(good, S);
    run.measured(dry, F);
    assertThat(run.phase()).isEqualTo(R);
    assertThat(run.phase(dry)).isEqualTo(F);
  }

  @Test
  void terminated_isASuccess() {
    ArgoMetric metric = limits(null, 3, 0, 4, 0);
    ArgoRun run = new ArgoRun(List.of(metric));
    run.measured(metric, F);
    run.terminate();
    assertThat(run.phase()).isEqualTo(S);
  }

  @Test
  void contradictoryLimits_areRefused() {
    assertThat(limits(3, 2, 0, 4, 2).problems()).singleElement().asString().contains("count");
    assertThat(limits(null, -1, 0, 4, 0).problems()).singleElement().asString().contains("both");
    assertThat(new ArgoMetric("m", SUCCESS, "", null, 2, 0, 0, 4, 0, false).problems())
        .singleElement()
        .asString()
        .contains("interval");
    assertThat(limits(null, 3, 0, 4, 0).problems()).isEmpty();
  }

  @Test
  void kayentaScore_hasThreeAnswers() {
    assertThat(ArgoMetric.ofKayentaScore(95, 95, 75)).isEqualTo(S);
    assertThat(ArgoMetric.ofKayentaScore(75, 95, 75)).isEqualTo(I);
    assertThat(ArgoMetric.ofKayentaScore(74, 95, 75)).isEqualTo(F);
  }
}
