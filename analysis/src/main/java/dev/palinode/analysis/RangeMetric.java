package dev.palinode.analysis;

import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Range;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A query held against fixed bounds, once per interval from the start of the rollout on. A moment
 * without exactly one finite value is not counted at all, neither for nor against the release.
 */
final class RangeMetric implements Question {
  /** Moments evaluated in one look, so that catching up after a restart does not hold up others. */
  private static final int AT_ONCE = 120;

  private final Metric spec;
  private final String query;
  private final Range range;
  private Instant evaluated;
  private int inside;
  private int outside;
  private double last = Double.NaN;
  private @Nullable String missing = "nothing was measured yet";
  private @Nullable String refused;
  private @Nullable Evidence failure;
  private boolean behind;

  /**
   * @param spec one without problems
   * @param start moments after it are evaluated
   */
  RangeMetric(Metric spec, String query, Range range, Instant start) {
    this.spec = spec;
    this.query = query;
    this.range = range;
    this.evaluated = start;
  }

  Metric spec() {
    return spec;
  }

  /** Evaluates what is due; answers why the store could not be read, if so. */
  Optional<String> advance(
      MetricSource source, Arms arms, Instant upTo, Duration interval, long requests) {
    String filled = QueryTemplate.fill(query, arms);
    for (int i = 0; i < AT_ONCE && !evaluated.plus(interval).isAfter(upTo); i++) {
      Instant next = evaluated.plus(interval);
      switch (source.instant(filled, next)) {
        case Answer.Known<List<Sample>>(var values) -> {
          refused = null;
          take(values, requests);
        }
        case Answer.Refused<List<Sample>>(var reason) -> refused = reason;
        case Answer.Unreadable<List<Sample>>(var reason) -> {
          return Optional.of(reason);
        }
      }
      evaluated = next;
    }
    behind = !evaluated.plus(interval).isAfter(upTo);
    return Optional.empty();
  }

  private void take(List<Sample> values, long requests) {
    if (values.size() > 1) {
      refused =
          "the query gives %d series; make it one with sum() or max()".formatted(values.size());
    } else if (values.isEmpty()) {
      missing = "the query gives no value";
    } else if (!Double.isFinite(values.getFirst().value())) {
      missing = "the query gives " + values.getFirst().value();
    } else {
      missing = null;
      last = values.getFirst().value();
      count(requests);
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

  /**
   * @param stale why nothing about the candidate is news, if so: a store repeats its last values
   *     for minutes, so a good one then passes nothing
   */
  MetricVerdict verdict(long requests, Optional<String> stale) {
    Verdict answer = answer(requests);
    if (answer instanceof Verdict.Pass && stale.isPresent()) {
      answer = new Verdict.Invalid(evidence(stale.get(), requests));
    }
    return new MetricVerdict(spec.name(), spec.critical(), answer, 1);
  }

  private Verdict answer(long requests) {
    if (failure != null) {
      return new Verdict.Fail(failure);
    }
    if (refused != null) {
      return new Verdict.Invalid(evidence(refused, requests));
    }
    if (missing != null) {
      return new Verdict.Inconclusive(evidence(missing, requests));
    }
    if (behind) {
      return new Verdict.Inconclusive(
          evidence("still reading what was measured up to now, at " + evaluated, requests));
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
}
