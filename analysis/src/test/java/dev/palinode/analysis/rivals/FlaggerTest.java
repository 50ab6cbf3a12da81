package dev.palinode.analysis.rivals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.analysis.rivals.FlaggerCheck.Kind;
import dev.palinode.analysis.rivals.FlaggerRun.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Golden cases for each rule of Flagger's checks and ticks. */
class FlaggerTest {
  @ParameterizedTest
  @CsvSource({
    "SUCCESS_RATE, 99, , 99, true", // strict: on the bound is inside
    "SUCCESS_RATE, 99, , 98.9999, false",
    "DURATION, , 500, 500.99, true", // cut to whole milliseconds
    "DURATION, , 500, 501, false",
    "DURATION, , 500.9, 500.95, true", // so is the bound
    "TEMPLATE, , 500, 500.99, false", // a template's value is not
    "TEMPLATE, 1, 5, 1, true",
    "TEMPLATE, 1, 5, 5, true",
    "TEMPLATE, 1, 5, 0.99, false",
    "TEMPLATE, , 5, Infinity, false",
    "TEMPLATE, 1, , Infinity, true",
  })
  void range_isStrictAndTruncated(Kind kind, Double min, Double max, double value, boolean passes) {
    assertThat(FlaggerCheck.range(kind, min, max).passes(List.of(value))).isEqualTo(passes);
  }

  @ParameterizedTest
  @CsvSource({
    "SUCCESS_RATE, 99, 99, true",
    "SUCCESS_RATE, 99, 98.9, false",
    "DURATION, 500, 500.9, true",
    "DURATION, 500, 501, false",
    "TEMPLATE, 0, 0, true", // unset
    "TEMPLATE, 0, 0.001, false",
  })
  void threshold_isALimitFromBelowForRatesOnly(
      Kind kind, double threshold, double value, boolean passes) {
    assertThat(FlaggerCheck.threshold(kind, threshold).passes(List.of(value))).isEqualTo(passes);
  }

  @Test
  void noValue_fails() {
    FlaggerCheck check = FlaggerCheck.range(Kind.TEMPLATE, 0.0, null);
    assertThat(check.passes(List.of())).isFalse();
    assertThat(check.passes(List.of(Double.NaN))).isFalse();
  }

  @Test
  void severalRows_countByTheLast() {
    FlaggerCheck check = FlaggerCheck.range(Kind.TEMPLATE, 1.0, null);
    assertThat(check.passes(List.of(0.0, 2.0))).isTrue();
    assertThat(check.passes(List.of(2.0, 0.0))).isFalse();
  }

  private static List<BooleanSupplier> checks(boolean passed) {
    return List.of(() -> passed);
  }

  @Test
  void firstTick_doesNotAnalyse() {
    FlaggerRun run = new FlaggerRun(new FlaggerRun.Settings(1, 5, 50));
    assertThat(run.tick(checks(false))).isEqualTo(Action.ADVANCED);
    assertThat(run.weight()).isEqualTo(5);
    assertThat(run.failedChecks()).isZero();
  }

  @Test
  void threshold_isTestedAtTheNextTick() {
    FlaggerRun run = new FlaggerRun(new FlaggerRun.Settings(2, 5, 50));
    List<Action> actions = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      actions.add(run.tick(checks(false)));
    }
    assertThat(actions)
        .containsExactly(Action.ADVANCED, Action.HALTED, Action.HALTED, Action.ROLLED_BACK);
    assertThat(run.weight()).isZero();
  }

  @Test
  void failures_addUpAndNeverLowerTheWeight() {
    FlaggerRun run = new FlaggerRun(new FlaggerRun.Settings(2, 10, 50));
    run.tick(checks(true));
    run.tick(checks(false));
    assertThat(run.weight()).isEqualTo(10);
    run.tick(checks(true));
    assertThat(run.weight()).isEqualTo(20);
    assertThat(run.tick(checks(false))).isEqualTo(Action.HALTED);
    assertThat(run.tick(checks(true))).isEqualTo(Action.ROLLED_BACK);
  }

  @Test
  void maxWeight_isCheckedOnceMoreBeforePromotion() {
    FlaggerRun run = new FlaggerRun(new FlaggerRun.Settings(1, 30, 50));
    assertThat(run.tick(checks(true))).isEqualTo(Action.ADVANCED);
    assertThat(run.tick(checks(true))).isEqualTo(Action.ADVANCED);
    assertThat(run.weight()).isEqualTo(50);
    assertThat(run.tick(checks(true))).isEqualTo(Action.PROMOTED);
  }

  @Test
  void firstFailure_sparesTheOtherChecks() {
    FlaggerRun run = new FlaggerRun(new FlaggerRun.Settings(5, 5, 50));
    run.tick(List.of());
    List<String> asked = new ArrayList<>();
    run.tick(
        List.of(
            () -> asked.add("hook"),
            () -> !asked.add("success rate"),
            () -> asked.add("duration")));
    assertThat(asked).containsExactly("hook", "success rate");
  }

  @Test
  void foreignWeight_countsTheSame() {
    FlaggerRun run = new FlaggerRun(new FlaggerRun.Settings(2, 5, 50));
    assertThat(run.tickAtForeignWeight(false)).isEqualTo(Action.HALTED);
    assertThat(run.tickAtForeignWeight(true)).isEqualTo(Action.ADVANCED);
    assertThat(run.tickAtForeignWeight(false)).isEqualTo(Action.HALTED);
    assertThat(run.tickAtForeignWeight(true)).isEqualTo(Action.ROLLED_BACK);
  }
}
