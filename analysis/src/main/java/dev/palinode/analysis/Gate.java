package dev.palinode.analysis;

import dev.palinode.analysis.WindowReader.Weight;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings the measurements of one rollout before its {@link Judge}. Every look closes the windows
 * that are due, in order, each exactly once; no chance of error is spent by looking often.
 *
 * <p>What it remembers is a cache: a new gate with the same {@code servedSince} reads the same raw
 * samples from the store, cuts them into the same aligned windows and comes to the same verdict, as
 * long as the store still has them, the arms are the same and none came late.
 */
public final class Gate {
  /** So often is a history that cannot be read asked for before the rollout goes on without. */
  private static final int HISTORY_ATTEMPTS = 3;

  private final GateSettings settings;
  private final Recorder recorder;
  private final History history;
  private final WindowReader windows;
  private final List<MomentReader> moments = new ArrayList<>();
  private Judge judge;
  private boolean calibrated;
  private int failedReads;
  private @Nullable String unreadable;

  /**
   * @param metrics those of all the rollout's templates
   * @param alpha bound on the chance that a healthy release is ever failed
   * @param servedSince when the candidate first got traffic
   */
  public Gate(List<Metric> metrics, double alpha, Instant servedSince, GateSettings settings) {
    this(metrics, alpha, servedSince, settings, Recorder.NONE);
  }

  public Gate(
      List<Metric> metrics,
      double alpha,
      Instant servedSince,
      GateSettings settings,
      Recorder recorder) {
    this.settings = settings;
    this.recorder = recorder;
    Instant start = WindowReader.floor(servedSince, settings.window());
    this.history = new History(metrics, settings);
    this.judge = new Judge(Trial.of(metrics, alpha, start, settings));
    this.windows = new WindowReader(metrics, start, start, settings);
    for (int i = 0; i < metrics.size(); i++) {
      MomentReader.of(i, metrics.get(i), start, settings).ifPresent(moments::add);
    }
  }

  /** A look that does not know the weight: whether the requests split by it is not checked. */
  public Reading look(MetricSource source, Arms arms, Optional<Instant> weightSince, Instant now) {
    return look(source, arms, weightSince, Double.NaN, now);
  }

  /**
   * Reads what is due and says how things stand. Asks the store nothing when no window can be
   * closed yet.
   *
   * @param weightSince since when the candidate has its current weight; empty when it has none
   * @param weight its share of the requests as the route was told, between 0 and 1; NaN if unknown
   */
  public synchronized Reading look(
      MetricSource source, Arms arms, Optional<Instant> weightSince, double weight, Instant now) {
    Weight told = new Weight(weightSince, weight);
    unreadable = calibrated ? null : calibrate(source, arms).orElse(null);
    if (unreadable == null) {
      unreadable = readWindows(source, arms, told, now).orElse(null);
    }
    Instant moment = now.minus(windows.lag());
    for (MomentReader each : moments) {
      if (unreadable == null) {
        unreadable =
            each.read(source, arms, WindowReader.floor(moment, each.step()), this::show)
                .orElse(null);
      }
    }
    return reading(arms, told, now);
  }

  /** Before the first exhibit, and never again: what is tempered with must not follow the data. */
  private Optional<String> calibrate(MetricSource source, Arms arms) {
    Trial trial = judge.trial();
    List<Calibration> calibrations;
    switch (history.read(source, arms, trial.start())) {
      case Answer.Known<List<Calibration>>(var known) -> calibrations = known;
      case Answer.Refused<List<Calibration>>(var reason) -> calibrations = history.assumed(reason);
      case Answer.Unreadable<List<Calibration>>(var reason) -> {
        if (++failedReads < HISTORY_ATTEMPTS) {
          return Optional.of(reason);
        }
        calibrations = history.assumed("the history cannot be read (" + reason + ")");
      }
    }
    judge =
        new Judge(Trial.of(trial.metrics(), trial.alpha(), trial.start(), settings, calibrations));
    calibrated = true;
    recorder.begin(judge.trial());
    return Optional.empty();
  }

  private Optional<String> readWindows(MetricSource source, Arms arms, Weight told, Instant now) {
    return windows.read(
        source,
        arms,
        told,
        now,
        window -> {
          show(window);
          if (recorder != Recorder.NONE) {
            recorder.verdict(window, judge.verdict(), judge.logHarm());
          }
        });
  }

  private void show(Exhibit exhibit) {
    judge.add(exhibit);
    recorder.add(exhibit);
  }

  private Reading reading(Arms arms, Weight weight, Instant now) {
    boolean behind = moments.stream().anyMatch(MomentReader::isBehind);
    List<MetricVerdict> each = judge.each(windows.silence(arms, weight), behind);
    Traffic traffic = windows.traffic();
    return new Reading(
        RolloutVerdict.of(each, judge.requests()),
        weight.since().map(traffic::share),
        windows.isFresh(arms) ? traffic.candidateRate() : Optional.empty(),
        weight.since().map(traffic::routeErrors).orElse(new RouteErrors(0, 0)),
        Optional.ofNullable(unreadable),
        each,
        windows.closed(),
        windows.lag(),
        nextLook(now));
  }

  /** After a failed read, or with queries to evaluate, one interval on; else the next window. */
  private Instant nextLook(Instant now) {
    boolean soon =
        unreadable != null
            || moments.stream().anyMatch(m -> m.step().compareTo(settings.window()) < 0);
    Duration step = soon ? settings.interval() : settings.window();
    return WindowReader.floor(now.minus(windows.lag()), step).plus(step).plus(windows.lag());
  }
}
