package dev.palinode.analysis;

import dev.palinode.analysis.rivals.FlaggerCheck;
import dev.palinode.analysis.rivals.FlaggerCheck.Kind;
import dev.palinode.analysis.rivals.FlaggerRun;
import dev.palinode.crds.AnalysisMode.Flagger;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Range;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A query as Flagger checks one of its metrics: a failed check holds the weight, and too many of
 * them roll back at the tick after. No value is a failed check there, and so it is here.
 */
final class FlaggerMode implements Question.Momentary {
  private final Metric spec;
  private final Range range;
  private final Flagger settings;
  private final FlaggerCheck check;
  private final FlaggerRun run;
  private long checks;
  private boolean halted;
  private String observed = "";
  private @Nullable String refused;
  private @Nullable Evidence failure;

  /**
   * @param spec one without problems
   */
  FlaggerMode(Metric spec) {
    this.spec = spec;
    this.range = Objects.requireNonNull(spec.range());
    this.settings = Objects.requireNonNullElse(spec.flagger(), Flagger.DEFAULT);
    this.check = FlaggerCheck.range(Kind.TEMPLATE, range.min(), range.max());
    this.run = new FlaggerRun(new FlaggerRun.Settings(settings.threshold(), 100, 100));
  }

  @Override
  public Metric spec() {
    return spec;
  }

  @Override
  public Optional<Duration> untilNext(Duration usual) {
    return failure == null ? Optional.of(settings.interval().duration()) : Optional.empty();
  }

  @Override
  public void add(Measured measured, Instant at, long requests) {
    switch (measured) {
      case Measured.Values(var rows) -> {
        refused = null;
        if (failure == null) {
          tick(rows, requests);
        }
      }
      case Measured.Unusable(var reason) -> refused = reason;
      case Measured.Counts _,
          Measured.Buckets _,
          Measured.Spreads _,
          Measured.Value _,
          Measured.Pair _,
          Measured.Missing _ ->
          throw new IllegalArgumentException("Flagger's check is shown rows of values");
    }
  }

  private void tick(List<Double> rows, long requests) {
    switch (run.tickAtForeignWeight(check.passes(rows))) {
      case ROLLED_BACK ->
          failure =
              evidence(
                  "%d of %d checks failed, the last with %s; the threshold is %d"
                      .formatted(run.failedChecks(), checks, observed, settings.threshold()),
                  requests);
      case HALTED -> checked(rows, true);
      case ADVANCED, PROMOTED -> checked(rows, false);
    }
  }

  private void checked(List<Double> rows, boolean failed) {
    checks++;
    halted = failed;
    observed = rows.isEmpty() ? "no values found" : Evidence.number(rows.getLast());
  }

  @Override
  public MetricVerdict verdict(Standing standing) {
    return MetricVerdict.plain(spec, standing.temper(answer(standing.requests())));
  }

  private Verdict answer(long requests) {
    if (failure != null) {
      return new Verdict.Fail(failure);
    }
    if (refused != null) {
      return new Verdict.Invalid(evidence(refused, requests));
    }
    if (checks == 0) {
      return new Verdict.Inconclusive(
          evidence("the first check comes after " + settings.interval(), requests));
    }
    String counted =
        "%d of %d checks failed, the threshold is %d"
            .formatted(run.failedChecks(), checks, settings.threshold());
    return halted
        ? new Verdict.Inconclusive(
            evidence("the last check failed with %s; %s".formatted(observed, counted), requests))
        : new Verdict.Pass(
            evidence("the last check passed with %s; %s".formatted(observed, counted), requests));
  }

  private Evidence evidence(String reason, long requests) {
    return new Evidence(spec.name(), observed, RangeMetric.limit(range), requests, reason);
  }

  @Override
  public void save(StateWriter to) {
    to.count(run.failedChecks()).count(checks).flag(halted).text(observed).textOrNull(refused);
    Evidence.save(failure, to);
  }

  @Override
  public void restore(StateReader from) {
    run.resume(from.size(Integer.MAX_VALUE));
    checks = from.count();
    halted = from.flag();
    observed = from.text();
    refused = from.textOrNull();
    failure = Evidence.restore(from);
  }
}
