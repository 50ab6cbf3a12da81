package dev.palinode.analysis.replay;

import dev.palinode.analysis.BuiltInTemplates;
import dev.palinode.analysis.Calibration;
import dev.palinode.analysis.Exhibit;
import dev.palinode.analysis.Exhibit.ClosedWindow;
import dev.palinode.analysis.Judge;
import dev.palinode.analysis.Measured;
import dev.palinode.analysis.Trial;
import dev.palinode.analysis.WindowCounts;
import dev.palinode.analysis.replay.Recording.WeightChange;
import dev.palinode.crds.AnalysisTemplateSpec.Margin;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Brings the windows of a recording before the judge, as a reader of counters would. */
public final class RecordingJudge {
  /**
   * @param margin of errors
   * @param tolerance of errors
   * @param latencyMargin how many times stable's latency is allowed
   */
  public record Settings(
      double alpha,
      double beta,
      Margin margin,
      Margin tolerance,
      double latencyMargin,
      Duration onset,
      double podVariation,
      int candidatePods,
      int stablePods) {}

  private final Recording recording;
  private final Settings settings;
  private boolean stableSeen;

  RecordingJudge(Recording recording, Settings settings) {
    this.recording = recording;
    this.settings = settings;
  }

  PalinodeRule rule() {
    List<Metric> metrics = new ArrayList<>();
    if (recording.counted()) {
      metrics.add(errors());
    }
    if (recording.hasLatency()) {
      metrics.add(latency());
    }
    Calibration assumed =
        Calibration.assumed(settings.podVariation(), "a recording tells nothing of single pods");
    Trial trial =
        new Trial(
            metrics,
            settings.alpha(),
            settings.beta(),
            recording.start(),
            recording.usualLength(),
            Duration.ZERO,
            settings.onset(),
            metrics.stream().map(_ -> assumed).toList());
    return new PalinodeRule(new Judge(trial), window -> List.of(exhibit(window)));
  }

  private Metric errors() {
    return new Metric(
        "errors",
        BuiltInTemplates.http().metrics().getFirst().ratio(),
        null,
        null,
        null,
        settings.margin(),
        settings.tolerance(),
        null,
        null,
        0,
        true);
  }

  private Metric latency() {
    return new Metric(
        "latency",
        null,
        "istio_request_duration_milliseconds_bucket",
        null,
        null,
        new Margin(settings.latencyMargin(), null),
        null,
        null,
        null,
        0,
        true);
  }

  private Exhibit exhibit(Window window) {
    List<Exhibit.Shown> shown = new ArrayList<>();
    WindowCounts counts = window.counts();
    if (recording.counted()) {
      shown.add(new Exhibit.Shown(0, new Measured.Counts(counts)));
    }
    if (recording.hasLatency()) {
      Optional<Measured> latency = window.latency().map(Measured.class::cast);
      shown.add(
          new Exhibit.Shown(
              shown.size(),
              latency.orElseGet(() -> new Measured.Missing("no histogram in this window"))));
    }
    Optional<WeightChange> weight = recording.weightAt(window.end());
    // Requests of both weights are in a window in which the weight changed.
    boolean whole =
        weight.filter(w -> w.at().compareTo(window.end().minus(window.length())) <= 0).isPresent();
    Optional<Instant> since = weight.map(w -> recording.start().plus(w.at()));
    return new ClosedWindow(
        recording.start().plus(window.end()),
        whole ? weight.orElseThrow().percent() / 100 : Double.NaN,
        since,
        settings.candidatePods(),
        settings.stablePods(),
        counts.candidate(),
        counts.stable(),
        shown,
        silence(counts));
  }

  /** A canary alone would be compared with a guess. */
  private Optional<String> silence(WindowCounts counts) {
    stableSeen |= counts.stable() > 0;
    return stableSeen
        ? Optional.empty()
        : Optional.of("no request of stable to compare with; record both arms");
  }
}
