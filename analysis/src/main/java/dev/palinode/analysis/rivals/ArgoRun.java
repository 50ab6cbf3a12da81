package dev.palinode.analysis.rivals;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An AnalysisRun: the metrics' counters, and the worst metric as the state of the whole
 * (analysis/analysis.go:579-687, utils/analysis/helpers.go:48-71).
 */
public final class ArgoRun {
  /**
   * How a metric stands: what another run needs to go on.
   *
   * @param failed measurements, as are the others; the last two are those in a row just now
   */
  public record Standing(
      ArgoPhase phase,
      int failed,
      int inconclusive,
      int successful,
      int consecutiveErrors,
      int consecutiveSuccesses) {}

  private static final class Counters {
    private int failed;
    private int inconclusive;
    private int successful;
    private int consecutiveErrors;
    private int consecutiveSuccesses;
    private ArgoPhase phase = ArgoPhase.PENDING;

    private void count(ArgoPhase measured) {
      switch (measured) {
        case FAILED -> failed++;
        case INCONCLUSIVE -> inconclusive++;
        case SUCCESSFUL -> successful++;
        case ERROR, RUNNING, PENDING -> {}
      }
      consecutiveErrors = measured == ArgoPhase.ERROR ? consecutiveErrors + 1 : 0;
      consecutiveSuccesses = measured == ArgoPhase.SUCCESSFUL ? consecutiveSuccesses + 1 : 0;
    }

    /** Errors are no measurements. */
    private int measured() {
      return failed + inconclusive + successful;
    }
  }

  private final Map<ArgoMetric, Counters> metrics = new LinkedHashMap<>();

  public ArgoRun(List<ArgoMetric> metrics) {
    metrics.forEach(metric -> this.metrics.put(metric, new Counters()));
  }

  /**
   * Takes in one measurement of a metric of this run; those of an ended metric are passed over.
   *
   * @return how long until the metric is measured again, empty when it has ended
   */
  public Optional<Duration> measured(ArgoMetric metric, ArgoPhase measured) {
    Counters counters = counters(metric);
    if (counters.phase.isCompleted()) {
      return Optional.empty();
    }
    counters.count(measured);
    counters.phase = assess(metric, counters);
    if (counters.phase.isCompleted()) {
      if (counters.phase != ArgoPhase.SUCCESSFUL && !metric.dryRun()) {
        terminate();
      }
      return Optional.empty();
    }
    return measured == ArgoPhase.ERROR
        ? Optional.of(ArgoMetric.ERROR_RETRY)
        : Optional.ofNullable(metric.interval());
  }

  private static ArgoPhase assess(ArgoMetric metric, Counters counters) {
    ArgoPhase phase = ArgoPhase.RUNNING;
    if (metric.failureLimit() >= 0 && counters.failed > metric.failureLimit()) {
      phase = ArgoPhase.FAILED;
    }
    if (counters.inconclusive > metric.inconclusiveLimit()) {
      phase = ArgoPhase.INCONCLUSIVE;
    }
    if (counters.consecutiveErrors > metric.consecutiveErrorLimit()) {
      phase = ArgoPhase.ERROR;
    }
    return phase == ArgoPhase.RUNNING ? assessEnd(metric, counters) : phase;
  }

  private static ArgoPhase assessEnd(ArgoMetric metric, Counters counters) {
    boolean wantsSuccesses = metric.consecutiveSuccessLimit() > 0;
    if (wantsSuccesses && counters.consecutiveSuccesses >= metric.consecutiveSuccessLimit()) {
      return ArgoPhase.SUCCESSFUL;
    }
    int count = metric.effectiveCount();
    if (count == 0 || counters.measured() < count) {
      return ArgoPhase.RUNNING;
    }
    if (!wantsSuccesses) {
      return ArgoPhase.SUCCESSFUL;
    }
    return metric.failureLimit() < 0 ? ArgoPhase.FAILED : ArgoPhase.INCONCLUSIVE;
  }

  /** Ends what still runs, as the end of the rollout does; a running metric counts as a success. */
  public void terminate() {
    metrics.values().stream()
        .filter(counters -> !counters.phase.isCompleted())
        .forEach(counters -> counters.phase = ArgoPhase.SUCCESSFUL);
  }

  public Standing standing(ArgoMetric metric) {
    Counters c = counters(metric);
    return new Standing(
        c.phase,
        c.failed,
        c.inconclusive,
        c.successful,
        c.consecutiveErrors,
        c.consecutiveSuccesses);
  }

  /** Goes on where another run of the same metric stood. */
  public void resume(ArgoMetric metric, Standing standing) {
    Counters c = counters(metric);
    c.phase = standing.phase();
    c.failed = standing.failed();
    c.inconclusive = standing.inconclusive();
    c.successful = standing.successful();
    c.consecutiveErrors = standing.consecutiveErrors();
    c.consecutiveSuccesses = standing.consecutiveSuccesses();
  }

  public ArgoPhase phase(ArgoMetric metric) {
    return counters(metric).phase;
  }

  /** The worst of all metrics that count. */
  public ArgoPhase phase() {
    return metrics.entrySet().stream()
        .filter(entry -> !entry.getKey().dryRun())
        .map(entry -> entry.getValue().phase)
        .reduce(ArgoPhase.SUCCESSFUL, (a, b) -> a.compareTo(b) >= 0 ? a : b);
  }

  private Counters counters(ArgoMetric metric) {
    Counters counters = metrics.get(metric);
    if (counters == null) {
      throw new IllegalArgumentException("not a metric of this run: " + metric.name());
    }
    return counters;
  }
}
