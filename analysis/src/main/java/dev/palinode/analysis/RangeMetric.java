package dev.palinode.analysis;

import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Range;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A query held against fixed bounds, once per interval from the start of the rollout on. A moment
 * without exactly one finite value is not counted at all, neither for nor against the release.
 */
final class RangeMetric implements Question.Momentary {
  private final Metric spec;
  private final Range range;
  private long inside;
  private long outside;
  private double last = Double.NaN;
  private @Nullable String missing = "nothing was measured yet";
  private @Nullable String refused;
  private @Nullable Evidence failure;

  /**
   * @param spec one without problems
   */
  RangeMetric(Metric spec) {
    this.spec = spec;
    this.range = Objects.requireNonNull(spec.range());
  }

  @Override
  public Metric spec() {
    return spec;
  }

  @Override
  public void add(Measured measured, Instant at, long requests) {
    switch (measured) {
      case Measured.Value(var value) -> {
        refused = null;
        take(value, requests);
      }
      case Measured.Missing(var reason) -> {
        refused = null;
        missing = reason;
      }
      case Measured.Unusable(var reason) -> refused = reason;
      case Measured.Counts _,
          Measured.Buckets _,
          Measured.Spreads _,
          Measured.Pair _,
          Measured.Values _ ->
          throw new IllegalArgumentException("a range is shown single values");
    }
  }

  private void take(double value, long requests) {
    if (Double.isFinite(value)) {
      missing = null;
      last = value;
      count(requests);
    } else {
      missing = "the query gives " + value;
    }
  }

  private void count(long requests) {
    if (isInside(last)) {
      inside++;
    } else if (++outside > spec.failureLimit() && failure == null) {
      failure =
          evidence(
              "%s is outside %s; that is sample %d outside, %d are forgiven"
                  .formatted(Evidence.number(last), limit(), outside, spec.failureLimit()),
              requests);
    }
  }

  /** A store repeats its last values for minutes, so with silent arms a good one passes nothing. */
  @Override
  public MetricVerdict verdict(Standing standing) {
    Verdict answer = answer(standing);
    if (answer instanceof Verdict.Pass && standing.doubt().isPresent()) {
      answer = new Verdict.Invalid(evidence(standing.doubt().get(), standing.requests()));
    }
    return MetricVerdict.plain(spec, answer);
  }

  private Verdict answer(Standing standing) {
    long requests = standing.requests();
    if (failure != null) {
      return new Verdict.Fail(failure);
    }
    if (refused != null) {
      return new Verdict.Invalid(evidence(refused, requests));
    }
    if (missing != null) {
      return new Verdict.Inconclusive(evidence(missing, requests));
    }
    if (standing.behind()) {
      return new Verdict.Inconclusive(
          evidence("still reading what was measured up to now", requests));
    }
    if (isInside(last)) {
      return new Verdict.Pass(
          evidence(
              "%s is within %s (%d samples inside, %d outside)"
                  .formatted(Evidence.number(last), limit(), inside, outside),
              requests));
    }
    return new Verdict.Inconclusive(
        evidence(
            "%s is outside %s, but only %d of %d forgiven samples are used up"
                .formatted(Evidence.number(last), limit(), outside, spec.failureLimit()),
            requests));
  }

  private boolean isInside(double value) {
    Double min = range.min();
    Double max = range.max();
    return (min == null || value >= min) && (max == null || value <= max);
  }

  private String limit() {
    return limit(range);
  }

  /** The bounds in words. */
  static String limit(Range range) {
    Double min = range.min();
    Double max = range.max();
    if (min == null) {
      return max == null ? "" : "at most " + Evidence.number(max);
    }
    return max == null
        ? "at least " + Evidence.number(min)
        : Evidence.number(min) + " to " + Evidence.number(max);
  }

  private Evidence evidence(String reason, long requests) {
    return new Evidence(
        spec.name(), Double.isNaN(last) ? "" : Evidence.number(last), limit(), requests, reason);
  }

  @Override
  public void save(StateWriter to) {
    to.count(inside).count(outside).number(last).textOrNull(missing).textOrNull(refused);
    Evidence.save(failure, to);
  }

  @Override
  public void restore(StateReader from) {
    inside = from.count();
    outside = from.count();
    last = from.number();
    missing = from.textOrNull();
    refused = from.textOrNull();
    failure = Evidence.restore(from);
  }
}
