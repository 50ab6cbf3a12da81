package dev.palinode.analysis;

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
 * <p>What it remembers is in {@link Reading#state}. Without that, a new gate with the same {@code
 * servedSince} reads the same raw samples from the store, cuts them into the same aligned windows
 * and comes to the same verdict, as long as the store still has them, the arms are the same and
 * none came late.
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
  private @Nullable Instant encodedAt;
  private @Nullable String encoded;

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
    this(begun(metrics, alpha, servedSince, settings), false, settings, recorder);
  }

  private Gate(GateState state, boolean calibrated, GateSettings settings, Recorder recorder) {
    Trial trial = state.trial();
    this.settings = settings;
    this.recorder = recorder;
    this.calibrated = calibrated;
    this.history = new History(trial.metrics(), settings);
    this.judge = Judge.restore(trial, state.judge());
    this.windows =
        new WindowReader(trial.metrics(), trial.start(), state.closed(), state.seen(), settings);
    for (int i = 0; i < trial.metrics().size(); i++) {
      Instant evaluated =
          moments.size() < state.evaluated().size()
              ? state.evaluated().get(moments.size())
              : trial.start();
      MomentReader.of(i, trial.metrics().get(i), evaluated, settings).ifPresent(moments::add);
    }
  }

  private static GateState begun(
      List<Metric> metrics, double alpha, Instant servedSince, GateSettings settings) {
    Instant start = WindowReader.floor(servedSince, settings.window());
    Trial trial = Trial.of(metrics, alpha, start, settings);
    return new GateState(trial, start, Optional.empty(), List.of(), new Judge(trial).save());
  }

  /**
   * A gate that goes on where another one, for the same question, gave this state; empty if it did
   * not. Nothing before is read again, and the history is not measured anew.
   */
  public static Optional<Gate> resume(
      String saved,
      List<Metric> metrics,
      double alpha,
      Instant servedSince,
      GateSettings settings,
      Recorder recorder) {
    Optional<GateState> state =
        GateState.decode(saved, begun(metrics, alpha, servedSince, settings).trial());
    state.ifPresent(s -> recorder.resume(s.trial(), s.judge()));
    return state.map(s -> new Gate(s, true, settings, recorder));
  }

  /**
   * Reads what is due and says how things stand. Asks the store nothing when no window can be
   * closed yet.
   */
  public Reading look(MetricSource source, Arms arms, RouteWeight told, Instant now) {
    return look(source, Providers.NONE, arms, told, now);
  }

  /**
   * @param providers of the metrics that name one
   */
  public synchronized Reading look(
      MetricSource source, Providers providers, Arms arms, RouteWeight told, Instant now) {
    unreadable = calibrated ? null : calibrate(source, arms).orElse(null);
    if (unreadable == null) {
      unreadable = readWindows(source, providers, arms, told, now).orElse(null);
    }
    Instant moment = now.minus(windows.lag());
    for (MomentReader each : moments) {
      if (unreadable == null) {
        unreadable =
            each.read(source, providers, arms, told, moment, judge, this::show).orElse(null);
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
    judge = new Judge(trial.with(calibrations));
    calibrated = true;
    recorder.begin(judge.trial());
    return Optional.empty();
  }

  private Optional<String> readWindows(
      MetricSource source, Providers providers, Arms arms, RouteWeight told, Instant now) {
    return windows.read(
        source,
        providers,
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

  private Reading reading(Arms arms, RouteWeight weight, Instant now) {
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
        state(arms),
        nextLook(now));
  }

  private Optional<String> state(Arms arms) {
    if (!calibrated || !windows.closed().isAfter(judge.trial().start())) {
      return Optional.empty();
    }
    List<Instant> evaluated = moments.stream().map(MomentReader::evaluated).toList();
    if (!windows.closed().equals(encodedAt)) {
      encodedAt = windows.closed();
      encoded =
          new GateState(
                  judge.trial(),
                  windows.closed(),
                  windows.candidateSeen(arms),
                  evaluated,
                  judge.save())
              .encode();
    }
    return Optional.ofNullable(encoded);
  }

  /** After a failed read, or with queries to evaluate, one interval on; else the next window. */
  private Instant nextLook(Instant now) {
    boolean soon =
        unreadable != null
            || moments.stream().anyMatch(m -> m.isSoonerThan(settings.window(), judge));
    Duration step = soon ? settings.interval() : settings.window();
    return WindowReader.floor(now.minus(windows.lag()), step).plus(step).plus(windows.lag());
  }
}
