package dev.palinode.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palinode.analysis.Onset;
import dev.palinode.analysis.replay.Rule;
import dev.palinode.bench.Scenario.Rough;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two hundred seeded rollouts give exactly these figures. They prove nothing about rates: without
 * one alarm among so few the true rate may still be 1.9 %. A change here says that the judge, a
 * rule or the simulation decides differently than before.
 */
class JudgeSampleTest {
  private static final int RUNS = 200;

  private static Function<PodHistory, List<Rule>> all(Scenario scenario) {
    return history ->
        List.of(
            JudgeRules.palinode(scenario, history, JudgeRules.ALPHA, Onset.AT_ONCE),
            JudgeRules.palinode(scenario, history, JudgeRules.ALPHA, JudgeRules.LATE),
            JudgeRules.flagger(),
            JudgeRules.argo(),
            JudgeRules.kayenta());
  }

  @Test
  void healthySample_isRolledBackExactlySoOften() {
    Scenario scenario = Scenario.healthy(100, 0.005);
    List<Contest.Result> results = Contest.run(scenario, RUNS, all(scenario));
    assertThat(results.stream().map(r -> r.delays().length)).containsExactly(HEALTHY);
  }

  @Test
  void harmedSample_isFoundExactlySoFast() {
    Scenario scenario = Scenario.of("harm", 100, 0.001, 0.005);
    List<Contest.Result> results = Contest.run(scenario, RUNS, all(scenario));
    assertThat(results.stream().map(Contest.Result::median)).containsExactly(MEDIANS);
    assertThat(results.stream().map(r -> r.delays().length)).containsExactly(FOUND);
  }

  private static final Integer[] HEALTHY = {3, 1, 49, 89, 3};
  private static final Double[] MEDIANS = {135.0, 165.0, 2280.0, 1920.0, 600.0};
  private static final Integer[] FOUND = {200, 200, 167, 184, 200};

  @Test
  void unequalPods_areTemperedByTheirHistory() {
    Scenario scenario = Scenario.healthy(1000, 0.005).onPods(1, 2, 18);
    Contest.Result tempered =
        Contest.run(
                scenario,
                60,
                history ->
                    List.of(
                        JudgeRules.palinode(scenario, history, JudgeRules.ALPHA, Onset.AT_ONCE)))
            .getFirst();
    Contest.Result plain =
        Contest.run(
                scenario,
                60,
                history ->
                    List.of(
                        JudgeRules.palinode(
                            scenario,
                            new PodHistory(0, history.bad(), history.requests()),
                            JudgeRules.ALPHA,
                            Onset.AT_ONCE)))
            .getFirst();
    assertThat(tempered.delays().length).isLessThanOrEqualTo(2);
    assertThat(plain.delays().length).isGreaterThan(20);
  }

  @Test
  void tuning_leavesTheWantedShareOfFalseAlarms() {
    Scenario healthy = Scenario.healthy(100, 0.001);
    Tuning tuning = Tuning.of(healthy, RUNS, 0.02);
    List<Contest.Result> results =
        Contest.run(
            healthy,
            RUNS,
            history ->
                List.of(
                    JudgeRules.palinode(healthy, history, tuning.alpha(), Onset.AT_ONCE),
                    JudgeRules.flagger(tuning.flagger()),
                    JudgeRules.argo(tuning.argo())));
    assertThat(results)
        .allSatisfy(r -> assertThat(r.delays().length).isLessThanOrEqualTo(RUNS / 50));
  }

  @ParameterizedTest
  @EnumSource(Rough.class)
  void everyStream_isTheSameAgain(Rough rough) {
    Scenario scenario = Scenario.healthy(100, 0.005).with(rough);
    CountStream one = new CountStream(scenario, 3);
    CountStream other = new CountStream(scenario, 3);
    for (int i = 0; i < Scenario.WINDOWS; i++) {
      assertThat(one.next()).isEqualTo(other.next());
    }
  }

  /** Gaps move counts and resets lose some; neither makes any up. */
  @ParameterizedTest
  @CsvSource({"NONE, 0.98, 1.02", "GAPS, 0.97, 1.02", "RESETS, 0.9, 1"})
  void canaryRequests_areThoseOfItsShare(Rough rough, double least, double most) {
    CountStream stream = new CountStream(Scenario.healthy(100, 0.005).with(rough), 1);
    long requests = 0;
    for (int i = 0; i < Scenario.WINDOWS; i++) {
      requests += stream.next().counts().candidate();
    }
    assertThat(requests / 36_000.0).isBetween(least, most);
  }

  @ParameterizedTest
  @CsvSource({"0.3", "3", "11.9", "12.1", "150", "15000"})
  void poisson_hasItsMeanAndVariance(double mean) {
    Dice dice = new Dice("poisson", 1);
    double[] values = new double[20_000];
    Arrays.setAll(values, _ -> dice.poisson(mean));
    double average = Arrays.stream(values).average().orElseThrow();
    double variance =
        Arrays.stream(values).map(v -> (v - average) * (v - average)).sum() / values.length;
    // Four standard errors; that of a variance is larger by the root of 2.
    double error = 4 * Math.sqrt(mean / values.length);
    assertThat(average).isCloseTo(mean, within(error));
    assertThat(variance / mean).isCloseTo(1, within(4 * Math.sqrt((2 + 1 / mean) / values.length)));
  }

  @Test
  void logNormalLuck_hasMeanOneAndItsVariance() {
    Dice dice = new Dice("luck", 1);
    double[] values = new double[40_000];
    Arrays.setAll(values, _ -> dice.logNormalLuck(0.5));
    double average = Arrays.stream(values).average().orElseThrow();
    double spread =
        Arrays.stream(values).map(v -> (v - average) * (v - average)).sum() / values.length;
    assertThat(average).isCloseTo(1, within(0.015));
    assertThat(spread).isCloseTo(0.5, within(0.05));
  }

  @ParameterizedTest
  @CsvSource({"0.1", "0.5", "1", "4"})
  void luck_hasMeanOneAndItsVariance(double variance) {
    Dice dice = new Dice("luck", 1);
    double[] values = new double[40_000];
    Arrays.setAll(values, _ -> dice.luck(variance));
    double average = Arrays.stream(values).average().orElseThrow();
    double spread =
        Arrays.stream(values).map(v -> (v - average) * (v - average)).sum() / values.length;
    assertThat(average).isCloseTo(1, within(4 * Math.sqrt(variance / values.length)));
    assertThat(spread / variance)
        .isCloseTo(1, within(4 * Math.sqrt((2 + 6 * variance) / values.length)));
  }

  @Test
  void wilson_isThePublishedBound() {
    assertThat(Wilson.upper(0, 200)).isCloseTo(0.0188, within(1e-4));
    assertThat(Wilson.upper(10, 100)).isCloseTo(0.1744, within(1e-4));
  }
}
