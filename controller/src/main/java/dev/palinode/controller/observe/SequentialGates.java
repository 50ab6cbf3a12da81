package dev.palinode.controller.observe;

import dev.palinode.analysis.Arms;
import dev.palinode.analysis.Evidence;
import dev.palinode.analysis.Gate;
import dev.palinode.analysis.GateSettings;
import dev.palinode.analysis.MetricSource;
import dev.palinode.analysis.Reading;
import dev.palinode.analysis.Verdict;
import dev.palinode.controller.decide.Judgement;
import dev.palinode.controller.decide.Judgement.Result;
import dev.palinode.crds.CanaryStatus.VerdictRecord;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One {@link Gate} for each rollout under way, over one metric source. A gate that is not in memory
 * is made anew and reads its past again.
 */
public final class SequentialGates implements Gates {
  private final MetricSource source;
  private final GateSettings settings;
  private final Map<ObjectName, Held> gates = new ConcurrentHashMap<>();

  private record Held(String rollout, Gate gate) {}

  public SequentialGates(MetricSource source, GateSettings settings) {
    this.source = source;
    this.settings = settings;
  }

  @Override
  public Observed<Judgement> ask(Question question, Instant now) {
    Held held =
        gates.compute(
            question.canary(),
            (_, was) ->
                was != null && was.rollout().equals(question.rollout())
                    ? was
                    : new Held(
                        question.rollout(),
                        new Gate(
                            question.metrics(),
                            question.alpha(),
                            question.servedSince(),
                            settings)));
    Arms arms =
        new Arms(
            question.canary().namespace(),
            question.service(),
            question.candidateRevision(),
            question.candidatePodPrefix(),
            question.candidatePods(),
            question.stablePods());
    return Observed.known(
        judgement(held.gate().look(source, arms, question.weightSince(), question.weight(), now)));
  }

  @Override
  public void forget(ObjectName canary) {
    gates.remove(canary);
  }

  private static Judgement judgement(Reading reading) {
    Evidence evidence = reading.verdict().evidence();
    Result result = result(reading.verdict());
    Optional<String> routeErrors =
        reading.routeErrors().isGrave()
            ? Optional.of(
                reading.routeErrors().errors()
                    + " of "
                    + reading.routeErrors().requests()
                    + " requests failed without reaching any pod: the route is broken, not the"
                    + " release.")
            : Optional.empty();
    return new Judgement(
        result,
        new VerdictRecord(
            result.name(),
            evidence.metric(),
            evidence.observed(),
            evidence.limit(),
            evidence.requests(),
            evidence.reason()),
        evidence.reason(),
        reading.shareSince().map(s -> new Judgement.Share(s.candidate(), s.total())),
        reading.candidateRate(),
        reading.unreadable(),
        routeErrors);
  }

  private static Result result(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Pass _ -> Result.Pass;
      case Verdict.Fail _ -> Result.Fail;
      case Verdict.Inconclusive _ -> Result.Inconclusive;
      case Verdict.Invalid _ -> Result.Invalid;
    };
  }
}
