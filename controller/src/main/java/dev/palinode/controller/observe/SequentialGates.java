package dev.palinode.controller.observe;

import dev.palinode.analysis.Arms;
import dev.palinode.analysis.Evidence;
import dev.palinode.analysis.Gate;
import dev.palinode.analysis.GateSettings;
import dev.palinode.analysis.MetricSource;
import dev.palinode.analysis.Providers;
import dev.palinode.analysis.Reading;
import dev.palinode.analysis.Recorder;
import dev.palinode.analysis.Verdict;
import dev.palinode.controller.decide.Judgement;
import dev.palinode.controller.decide.Judgement.Result;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.CanaryStatus.JudgeRecord;
import dev.palinode.crds.CanaryStatus.VerdictRecord;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * One {@link Gate} for each rollout under way, over one metric source. A gate that is not in memory
 * goes on from the state that was saved, or is made anew and reads its past again.
 */
public final class SequentialGates implements Gates {
  private final MetricSource source;
  private final Function<ObjectName, Providers> providers;
  private final GateSettings settings;
  private final RolloutRecords records;
  private final Map<ObjectName, Held> gates = new ConcurrentHashMap<>();

  /** A template edited in mid-rollout is another question: it is asked from the beginning. */
  private record Held(String rollout, List<Metric> metrics, double alpha, Gate gate) {
    boolean answers(Question question) {
      return rollout.equals(question.rollout())
          && metrics.equals(question.metrics())
          && alpha == question.alpha();
    }
  }

  /** Without providers besides the metric source. */
  public SequentialGates(MetricSource source, GateSettings settings, RolloutRecords records) {
    this(source, _ -> Providers.NONE, settings, records);
  }

  /**
   * @param providers by Canary, of the metrics that name one
   */
  public SequentialGates(
      MetricSource source,
      Function<ObjectName, Providers> providers,
      GateSettings settings,
      RolloutRecords records) {
    this.source = source;
    this.providers = providers;
    this.settings = settings;
    this.records = records;
  }

  @Override
  public Observed<Judgement> ask(Question question, Instant now) {
    Held held =
        gates.compute(
            question.canary(),
            (_, was) -> was != null && was.answers(question) ? was : hold(question).orElse(null));
    if (held == null) {
      return Observed.missing();
    }
    Arms arms =
        new Arms(
            question.canary().namespace(),
            question.service(),
            question.candidateRevision(),
            question.candidatePodPrefix(),
            question.candidatePods(),
            question.stablePods(),
            question.alone());
    Providers named = providers.apply(question.canary());
    return Observed.known(judgement(held.gate().look(source, named, arms, question.weight(), now)));
  }

  private Optional<Held> hold(Question question) {
    Recorder recorder = records.of(question.canary(), question.servedSince());
    Optional<Gate> resumed =
        question
            .saved()
            .flatMap(saved ->
                Gate.resume(
                    saved.state(),
                    question.metrics(),
                    question.alpha(),
                    question.servedSince(),
                    settings,
                    recorder));
    Optional<Gate> gate =
        question.alone()
            ? resumed
            : resumed.or(() ->
                Optional.of(
                    new Gate(
                        question.metrics(),
                        question.alpha(),
                        question.servedSince(),
                        settings,
                        recorder)));
    return gate.map(g -> new Held(question.rollout(), question.metrics(), question.alpha(), g));
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
        routeErrors,
        reading.state().map(state -> new JudgeRecord(reading.upTo(), state)));
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
