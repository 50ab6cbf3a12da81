package dev.palinode.bench;

import dev.palinode.analysis.Onset;
import dev.palinode.analysis.plan.Detection;
import dev.palinode.analysis.replay.Rule;
import dev.palinode.bench.Scenario.Rough;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The judge on simulated counts, next to the rules of others on the very same ones: how often it is
 * wrong, how fast it is right, and what that costs. An hour each, the canary at a tenth of the
 * traffic, a look each fifteen seconds, alpha 1 %.
 */
final class JudgeBench {
  private static final double STABLE = 0.001;
  private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);
  private static final int FULL_HEALTHY = 5_000;
  private static final int FULL_HARM = 20_000;
  private static final int FULL_EQUAL = 2_000;
  private static final int SHORT_HEALTHY = 600;
  private static final int SHORT_HARM = 200;

  /** Fewer replicates leave an upper bound above alpha even without a single alarm. */
  static final int RESOLVES_ALPHA = 1_000;

  /** The delay and the cost that ours must keep: a row of the reference table. */
  record Cell(double rate, double shift, double detected, double median, double extraBad) {
    Scenario scenario() {
      return Scenario.of("harm", rate, STABLE, shift);
    }

    /** As exact as the table tells it. */
    double rounded(double extra) {
      double digits = extraBad == Math.rint(extraBad) ? 1 : 10;
      return Math.round(extra * digits) / digits;
    }

    String name() {
      return String.format(
          Locale.ROOT, "%srps+%spt", Figures.number(rate), Figures.number(100 * shift));
    }
  }

  static final List<Cell> CELLS =
      List.of(
          new Cell(10, 0.005, 98, 1185, 6.7),
          new Cell(10, 0.02, 100, 210, 4.8),
          new Cell(10, 0.1, 100, 45, 4.6),
          new Cell(100, 0.001, 92, 1620, 17.6),
          new Cell(100, 0.005, 100, 135, 7.5),
          new Cell(100, 0.02, 100, 30, 6.8),
          new Cell(100, 0.1, 100, 15, 15),
          new Cell(1000, 0.001, 100, 195, 20.5),
          new Cell(1000, 0.005, 100, 30, 12),
          new Cell(10_000, 0.001, 100, 30, 30),
          new Cell(1, 0.02, 80, 2175, 4.5));

  private JudgeBench() {}

  /** Healthy releases: how many of them each rule rolls back. */
  static void healthy(Figures figures, boolean full) {
    int n = full ? FULL_HEALTHY : SHORT_HEALTHY;
    for (Scenario scenario : healthyScenarios(full)) {
      List<Contest.Result> results =
          Contest.run(
              scenario,
              n,
              history ->
                  List.of(
                      JudgeRules.palinode(scenario, history, JudgeRules.ALPHA, Onset.AT_ONCE),
                      JudgeRules.palinode(scenario, history, JudgeRules.ALPHA, JudgeRules.LATE),
                      JudgeRules.flagger(),
                      JudgeRules.argo(),
                      JudgeRules.kayenta()));
      String name = "judge_" + scenario.name();
      figures.told(name + "_n", n, "rollouts");
      for (int ours = 0; ours < 2; ours++) {
        String which = ours == 0 ? "_ours" : "_ours_late_onset";
        figures.atMost(name + which + "_rolled_back", 100 * results.get(ours).rate(), "%", 0.7);
        double upper = 100 * results.get(ours).upper();
        if (n >= RESOLVES_ALPHA) {
          figures.atMost(name + which + "_upper_wilson", upper, "%", 100 * JudgeRules.ALPHA);
        } else {
          figures.told(name + which + "_upper_wilson", upper, "%");
        }
      }
      figures.told(name + "_flagger_rolled_back", 100 * results.get(2).rate(), "%");
      figures.told(name + "_argo_rolled_back", 100 * results.get(3).rate(), "%");
      figures.told(name + "_kayenta_rolled_back", 100 * results.get(4).rate(), "%");
    }
  }

  private static List<Scenario> healthyScenarios(boolean full) {
    List<Scenario> scenarios = new ArrayList<>();
    for (double rate : full ? new double[] {1, 10, 100, 1000, 10_000} : new double[] {10, 100}) {
      for (double stable : full ? new double[] {0.001, 0.005, 0.02} : new double[] {0.005}) {
        scenarios.add(Scenario.healthy(rate, stable));
      }
    }
    for (Rough rough : Rough.toAny()) {
      if (rough != Rough.NONE) {
        scenarios.add(Scenario.healthy(100, 0.005).with(rough));
      }
    }
    scenarios.add(Scenario.healthy(100, 0.005).onPods(0.3, 1, 9));
    scenarios.add(Scenario.healthy(1000, 0.005).onPods(0.3, 2, 18));
    scenarios.add(Scenario.healthy(1000, 0.005).onPods(1, 2, 18));
    if (full) {
      scenarios.add(Scenario.healthy(100, 0.005).onPods(1, 1, 9));
      scenarios.add(Scenario.healthy(1000, 0.005).onPods(1, 1, 9));
      scenarios.add(Scenario.healthy(10_000, 0.001).onPods(1, 4, 36));
      scenarios.add(Scenario.healthy(100, 0.005).onPods(1, 1, 9).with(Rough.LONG_TAIL));
      scenarios.add(Scenario.healthy(1000, 0.005).onPods(1, 2, 18).with(Rough.LONG_TAIL));
    }
    return scenarios;
  }

  /** Harm from the first request on: found how often, how fast, at what cost. */
  static void delay(Figures figures, boolean full) {
    int n = full ? FULL_HARM : SHORT_HARM;
    figures.told("judge_harm_n", n, "rollouts");
    for (Cell cell : CELLS) {
      Scenario scenario = cell.scenario();
      List<Contest.Result> results =
          Contest.run(
              scenario,
              n,
              history ->
                  List.of(
                      JudgeRules.palinode(scenario, history, JudgeRules.ALPHA, Onset.AT_ONCE),
                      JudgeRules.flagger(),
                      JudgeRules.argo(),
                      JudgeRules.kayenta()));
      String name = "judge_" + cell.name();
      Contest.Result ours = results.getFirst();
      // The reference is itself a simulation: its own two standard errors of chance.
      figures.atLeast(
          name + "_ours_found",
          100 * ours.rate(),
          "%",
          cell.detected() - 200 * Math.sqrt(chance(cell.detected() / 100) / n));
      figures.atMost(name + "_ours_median", ours.median(), "s", cell.median());
      figures.told(name + "_ours_mean", ours.mean(), "s");
      figures.atMost(
          name + "_ours_extra_bad", cell.rounded(ours.extraBad()), "requests", cell.extraBad());
      efficiency(figures, name, scenario, ours);
      rival(figures, name + "_flagger", results.get(1));
      rival(figures, name + "_argo", results.get(2));
      rival(figures, name + "_kayenta", results.get(3));
    }
  }

  private static double chance(double share) {
    return share * (1 - share);
  }

  /** Only where all are found: else the mean is that of the lucky ones. */
  private static void efficiency(
      Figures figures, String name, Scenario scenario, Contest.Result ours) {
    if (ours.rate() == 1) {
      double bound =
          new Detection(scenario.weight(), scenario.stable(), 1, 0)
              .requests(scenario.stable() + scenario.shift(), JudgeRules.ALPHA);
      double look = scenario.rate() * scenario.weight() * Scenario.WINDOW.toSeconds();
      figures.atMost(
          name + "_ours_requests_over_bound", (ours.requests() - look) / bound, "x", 1.9);
    }
  }

  private static void rival(Figures figures, String name, Contest.Result result) {
    figures.told(name + "_found", 100 * result.rate(), "%");
    if (result.rate() > 0) {
      figures.told(name + "_median", result.median(), "s");
      figures.told(name + "_extra_bad", result.extraBad(), "requests");
    }
  }

  /** Half a point at a hundred requests a second, with the mixture over onsets. */
  static void late(Figures figures, boolean full) {
    int n = full ? FULL_HARM : SHORT_HARM;
    Scenario atOnce = Scenario.of("harm", 100, STABLE, 0.005);
    Scenario late = atOnce.from(HALF_AN_HOUR);
    for (Onset onset : List.of(Onset.AT_ONCE, JudgeRules.LATE)) {
      String which = onset.every() == 0 ? "_mixture_off" : "_mixture_on";
      double now = oursAlone(atOnce, n, onset).median();
      double later = oursAlone(late, n, onset).median();
      if (onset.every() == 0) {
        figures.atMost("judge_immediate_fault" + which + "_median", now, "s", 135);
        figures.told("judge_late_fault" + which + "_median", later, "s");
      } else {
        figures.atMost("judge_immediate_fault" + which + "_median", now, "s", 180);
        figures.atMost("judge_late_fault" + which + "_median", later, "s", 180);
      }
    }
  }

  /** What it costs that pods differ, after a day that told by how much. */
  static void unequal(Figures figures, boolean full) {
    int n = full ? FULL_HARM : SHORT_HARM;
    figures.told("judge_unequal_n", n, "rollouts");
    List<Scenario> scenarios =
        List.of(
            Scenario.of("harm", 100, STABLE, 0.005).onPods(0.3, 1, 9),
            Scenario.of("harm", 100, STABLE, 0.02).onPods(0.3, 1, 9),
            Scenario.of("harm", 1000, STABLE, 0.001).onPods(0.3, 2, 18),
            Scenario.of("harm", 1000, STABLE, 0.001).onPods(1, 1, 9),
            Scenario.of("harm", 1000, STABLE, 0.005).onPods(1, 1, 9),
            Scenario.of("harm", 10_000, STABLE, 0.001).onPods(1, 4, 36));
    for (Scenario scenario : scenarios) {
      Contest.Result ours = oursAlone(scenario, n, Onset.AT_ONCE);
      String name = "judge_unequal_" + scenario.name() + "_ours";
      figures.told(name + "_found", 100 * ours.rate(), "%");
      figures.told(name + "_median", ours.median(), "s");
      figures.told(name + "_extra_bad", ours.extraBad(), "requests");
    }
  }

  private static Contest.Result oursAlone(Scenario scenario, int n, Onset onset) {
    return Contest.run(
            scenario,
            n,
            history -> List.of(JudgeRules.palinode(scenario, history, JudgeRules.ALPHA, onset)))
        .getFirst();
  }

  /** Every rule set so that it rolls back one healthy release in a hundred; then, who is first? */
  static void equal(Figures figures, boolean full) {
    int healthy = full ? FULL_HEALTHY : SHORT_HEALTHY;
    int harmed = full ? FULL_EQUAL : SHORT_HARM;
    for (Cell cell : CELLS) {
      Tuning tuning = Tuning.of(Scenario.healthy(cell.rate(), STABLE), healthy, JudgeRules.ALPHA);
      Scenario scenario = cell.scenario();
      List<Contest.Result> results =
          Contest.run(
              scenario,
              harmed,
              history ->
                  List.<Rule>of(
                      JudgeRules.palinode(scenario, history, tuning.alpha(), Onset.AT_ONCE),
                      JudgeRules.flagger(tuning.flagger()),
                      JudgeRules.argo(tuning.argo()),
                      JudgeRules.kayenta()));
      String name = "judge_equal_" + cell.name();
      double best =
          results.subList(1, results.size()).stream()
              .mapToDouble(JudgeBench::censoredMean)
              .min()
              .orElseThrow();
      figures.atMost(name + "_ours_mean", censoredMean(results.getFirst()), "s", best);
      figures.told(name + "_flagger_mean", censoredMean(results.get(1)), "s");
      figures.told(name + "_argo_mean", censoredMean(results.get(2)), "s");
      figures.told(name + "_kayenta_mean", censoredMean(results.get(3)), "s");
    }
  }

  /** A fault that is not found within the hour counts as the whole hour. */
  private static double censoredMean(Contest.Result result) {
    double hour = Scenario.WINDOW.toSeconds() * (double) Scenario.WINDOWS;
    int found = result.delays().length;
    double sum = found == 0 ? 0 : result.mean() * found;
    return (sum + hour * (result.replicates() - found)) / result.replicates();
  }
}
