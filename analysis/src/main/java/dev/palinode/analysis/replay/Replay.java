package dev.palinode.analysis.replay;

import dev.palinode.analysis.replay.Rule.Answer;
import dev.palinode.analysis.replay.Rule.Decision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** One recording before all rules at once. */
public final class Replay {
  /**
   * What a rule would have done.
   *
   * @param at since the start; empty if it decided nothing before the end
   * @param requests of the canary until then
   * @param badRequests bad ones of the canary until then
   * @param logEvidence natural logarithm of our evidence of harm then; empty for other rules
   */
  public record Outcome(
      String rule,
      Answer answer,
      Optional<Duration> at,
      long requests,
      long badRequests,
      OptionalDouble logEvidence,
      String words) {}

  /**
   * One window, for drawing.
   *
   * @param canary share of bad requests; NaN without any
   */
  public record Point(Duration end, double logEvidence, double canary, double stable) {}

  /**
   * @param outcomes ours first
   */
  public record Result(
      Recording recording, double alpha, List<Outcome> outcomes, List<Point> points) {
    public Result {
      outcomes = List.copyOf(outcomes);
      points = List.copyOf(points);
    }
  }

  /** How each of them is set. */
  public record Settings(
      RecordingJudge.Settings judge,
      FlaggerRule.Settings flagger,
      ArgoRule.Settings argo,
      KayentaRule.Settings kayenta) {}

  private Replay() {}

  public static Result run(Recording recording, Settings settings) {
    return run(
        recording,
        new RecordingJudge(recording, settings.judge()).rule(),
        settings.judge().alpha(),
        settings);
  }

  /**
   * @param ours with a judge of its own, such as a record's
   */
  static Result run(Recording recording, PalinodeRule ours, double alpha, Settings settings) {
    List<Rule> rules =
        List.of(
            ours,
            new FlaggerRule(settings.flagger()),
            new ArgoRule(settings.argo()),
            new KayentaRule(settings.kayenta()));
    Map<Rule, Outcome> decided = new LinkedHashMap<>();
    List<Point> points = new ArrayList<>();
    long requests = 0;
    long bad = 0;
    for (Window window : recording.windows()) {
      requests += window.counts().candidate();
      bad += window.counts().candidateBad();
      for (Rule rule : rules) {
        Optional<Decision> decision =
            decided.containsKey(rule) && rule != ours ? Optional.empty() : rule.take(window);
        if (decision.isPresent()) {
          Outcome outcome =
              outcome(rule, decision.get(), Optional.of(window.end()), requests, bad, ours);
          decided.putIfAbsent(rule, outcome);
        }
      }
      points.add(
          new Point(
              window.end(),
              ours.logEvidence(),
              Interval.share(window.counts().candidateBad(), window.counts().candidate()),
              Interval.share(window.counts().stableBad(), window.counts().stable())));
    }
    List<Outcome> outcomes = new ArrayList<>();
    for (Rule rule : rules) {
      Outcome outcome = decided.get(rule);
      outcomes.add(
          outcome != null
              ? outcome
              : outcome(rule, rule.end(), Optional.empty(), requests, bad, ours));
    }
    return new Result(recording, alpha, outcomes, points);
  }

  private static Outcome outcome(
      Rule rule,
      Decision decision,
      Optional<Duration> at,
      long requests,
      long bad,
      PalinodeRule ours) {
    return new Outcome(
        rule.name(),
        decision.answer(),
        at,
        requests,
        bad,
        rule == ours ? OptionalDouble.of(ours.logEvidence()) : OptionalDouble.empty(),
        decision.words());
  }
}
