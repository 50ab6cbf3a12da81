package dev.palinode.bench;

import dev.palinode.analysis.BuiltInTemplates;
import dev.palinode.analysis.Onset;
import dev.palinode.analysis.WindowJudge;
import dev.palinode.analysis.replay.ArgoRule;
import dev.palinode.analysis.replay.FlaggerRule;
import dev.palinode.analysis.replay.KayentaRule;
import dev.palinode.analysis.replay.Rule;
import dev.palinode.analysis.replay.Window;
import dev.palinode.bench.Scenario.Rough;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** The rules as they are compared: each looks for any harm at all, with usual settings. */
final class JudgeRules {
  static final double ALPHA = 0.01;
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int FLAGGER_THRESHOLD = 5;
  private static final int ARGO_LIMIT = 3;
  private static final double SUCCESS_RATE = 99;

  /** A start for late harm each ten minutes. */
  static final Onset LATE = new Onset(40);

  private JudgeRules() {}

  /**
   * Ours, as the controller sets it after a day of history. Without a margin it is held against the
   * bound of its own question; {@code WARM_UP} makes a canary worse for a while, and whether that
   * matters is what a margin is for.
   */
  static WindowJudge judge(Scenario scenario, PodHistory history, double alpha, Onset onset) {
    boolean excused = scenario.rough() == Rough.WARM_UP;
    WindowJudge judge =
        new WindowJudge(
            new WindowJudge.Settings(
                alpha,
                excused ? BuiltInTemplates.MARGIN_RELATIVE : 1,
                excused ? BuiltInTemplates.MARGIN_ABSOLUTE : 0,
                onset,
                history.variation(),
                scenario.canaryPods(),
                scenario.stablePods()));
    judge.expect(history.bad(), history.requests());
    return judge;
  }

  static Rule palinode(Scenario scenario, PodHistory history, double alpha, Onset onset) {
    WindowJudge judge = judge(scenario, history, alpha, onset);
    return failing(window -> judge.add(window.counts(), window.length()));
  }

  /** Ours: it fails at the first window that this says, and else never comes to an end. */
  static Rule failing(Predicate<Window> fails) {
    return new Rule() {
      @Override
      public String name() {
        return "palinode";
      }

      @Override
      public Optional<Decision> take(Window window) {
        return fails.test(window) ? Optional.of(new Decision(Answer.FAIL, "")) : Optional.empty();
      }

      @Override
      public Decision end() {
        return new Decision(Answer.INCONCLUSIVE, "");
      }
    };
  }

  static Rule flagger() {
    return flagger(SUCCESS_RATE);
  }

  /**
   * @param rate least success rate, in percent
   */
  static Rule flagger(double rate) {
    return new FlaggerRule(
        new FlaggerRule.Settings(MINUTE, FLAGGER_THRESHOLD, rate, Double.MAX_VALUE));
  }

  static Rule argo() {
    return argo(SUCCESS_RATE);
  }

  static Rule argo(double rate) {
    return new ArgoRule(
        new ArgoRule.Settings(
            MINUTE, ARGO_LIMIT, String.format(Locale.ROOT, "result[0] >= %.12f", rate / 100)));
  }

  static Rule kayenta() {
    return new KayentaRule(KayentaRule.Settings.defaults());
  }
}
