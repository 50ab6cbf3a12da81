package dev.palinode.analysis;

import dev.palinode.analysis.rivals.ArgoMetric;
import dev.palinode.analysis.rivals.ArgoPhase;
import dev.palinode.analysis.rivals.ArgoRun;
import dev.palinode.crds.AnalysisMode.Argo;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A query as an AnalysisRun of Argo Rollouts measures one metric, in the background of the whole
 * rollout. What Argo calls an error is no verdict on the release: such a run ends {@code Invalid}.
 */
final class ArgoMode implements Question.Momentary {
  private static final int MOST_SHOWN = 5;

  private final Metric spec;
  private final Argo settings;
  private final ArgoMetric metric;
  private final ArgoRun run;
  private Optional<Duration> next;
  private ArgoPhase last = ArgoPhase.PENDING;
  private long measurements;
  private String observed = "";
  private @Nullable String trouble;
  private @Nullable Evidence end;

  /**
   * @param spec one without problems
   */
  ArgoMode(Metric spec) {
    this.spec = spec;
    this.settings = Objects.requireNonNull(spec.argo());
    this.metric = metric(spec.name(), settings);
    this.run = new ArgoRun(List.of(metric));
    Span delay = settings.initialDelay();
    this.next = Optional.of(delay == null ? Duration.ZERO : delay.duration());
  }

  /** The same in the words of Argo's own rules. */
  static ArgoMetric metric(String name, Argo argo) {
    Span interval = argo.interval();
    return new ArgoMetric(
        name,
        Objects.requireNonNullElse(argo.successCondition(), ""),
        Objects.requireNonNullElse(argo.failureCondition(), ""),
        interval == null ? null : interval.duration(),
        argo.count(),
        argo.failureLimit(),
        argo.inconclusiveLimit(),
        argo.consecutiveErrorLimit(),
        argo.consecutiveSuccessLimit(),
        false);
  }

  @Override
  public Metric spec() {
    return spec;
  }

  @Override
  public Optional<Duration> untilNext(Duration usual) {
    return next;
  }

  @Override
  public void add(Measured measured, Instant at, long requests) {
    if (next.isEmpty()) {
      return;
    }
    switch (measured) {
      case Measured.Values(var rows) -> {
        observed = shown(rows);
        take(metric.measure(rows));
        trouble =
            last == ArgoPhase.ERROR
                ? "a condition cannot be evaluated on %s; the result is a list, so write result[0]"
                    .formatted(observed.isEmpty() ? "an empty answer" : observed)
                : null;
      }
      case Measured.Unusable(var reason) -> {
        trouble = reason;
        take(ArgoPhase.ERROR);
      }
      case Measured.Counts _,
          Measured.Buckets _,
          Measured.Spreads _,
          Measured.Value _,
          Measured.Pair _,
          Measured.Missing _ ->
          throw new IllegalArgumentException("Argo's conditions are shown rows of values");
    }
    if (run.phase(metric).isCompleted()) {
      end = evidence(counted(), requests);
    }
  }

  private static String shown(List<Double> rows) {
    return rows.stream().limit(MOST_SHOWN).map(Evidence::number).collect(Collectors.joining(", "));
  }

  private void take(ArgoPhase measured) {
    last = measured;
    measurements++;
    next = run.measured(metric, measured);
  }

  private String counted() {
    ArgoRun.Standing s = run.standing(metric);
    String counts =
        "%d measurements: %d successful, %d failed (%s forgiven), %d inconclusive, %d errors"
            .formatted(
                measurements,
                s.successful(),
                s.failed(),
                settings.failureLimit() < 0 ? "all" : settings.failureLimit().toString(),
                s.inconclusive(),
                measurements - s.successful() - s.failed() - s.inconclusive());
    return trouble == null ? counts : counts + "; " + trouble;
  }

  @Override
  public MetricVerdict verdict(Standing standing) {
    return MetricVerdict.plain(spec, standing.temper(answer(standing.requests())));
  }

  private Verdict answer(long requests) {
    Evidence evidence = end != null ? end : evidence(counted(), requests);
    return switch (run.phase(metric)) {
      case FAILED -> new Verdict.Fail(evidence);
      case ERROR -> new Verdict.Invalid(evidence);
      case SUCCESSFUL -> new Verdict.Pass(evidence);
      case RUNNING ->
          isEndless() && last == ArgoPhase.SUCCESSFUL
              ? new Verdict.Pass(evidence)
              : new Verdict.Inconclusive(evidence);
      case PENDING, INCONCLUSIVE -> new Verdict.Inconclusive(evidence);
    };
  }

  /** Nothing but the rollout's end ends it, and then it counts as a success. */
  private boolean isEndless() {
    return settings.count() == null && settings.consecutiveSuccessLimit() == 0;
  }

  private Evidence evidence(String reason, long requests) {
    return new Evidence(spec.name(), observed, limit(), requests, reason);
  }

  private String limit() {
    String success = settings.successCondition();
    String failure = settings.failureCondition();
    if (failure == null) {
      return success == null ? "" : success;
    }
    return success == null ? "not " + failure : success + ", not " + failure;
  }

  @Override
  public void save(StateWriter to) {
    ArgoRun.Standing s = run.standing(metric);
    to.count(s.phase().ordinal()).count(s.failed()).count(s.inconclusive()).count(s.successful());
    to.count(s.consecutiveErrors()).count(s.consecutiveSuccesses());
    to.flag(next.isPresent()).count(next.orElse(Duration.ZERO).toMillis());
    to.count(last.ordinal()).count(measurements).text(observed).textOrNull(trouble);
    Evidence.save(end, to);
  }

  @Override
  public void restore(StateReader from) {
    run.resume(
        metric,
        new ArgoRun.Standing(
            phase(from), number(from), number(from), number(from), number(from), number(from)));
    boolean more = from.flag();
    Duration wait = Duration.ofMillis(from.count());
    next = more ? Optional.of(wait) : Optional.empty();
    last = phase(from);
    measurements = from.count();
    observed = from.text();
    trouble = from.textOrNull();
    end = Evidence.restore(from);
  }

  private static ArgoPhase phase(StateReader from) {
    return ArgoPhase.values()[from.size(ArgoPhase.values().length - 1)];
  }

  private static int number(StateReader from) {
    return from.size(Integer.MAX_VALUE);
  }
}
