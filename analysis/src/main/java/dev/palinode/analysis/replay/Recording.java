package dev.palinode.analysis.replay;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Traffic of both arms, window by window.
 *
 * @param start of the first window
 * @param scale how its source writes times
 * @param windows in order, at least one
 * @param weights in order; empty if nobody told
 * @param counted true if bad requests were recorded
 */
public record Recording(
    Instant start,
    TimeScale scale,
    List<Window> windows,
    List<WeightChange> weights,
    boolean counted) {

  /**
   * @param at since the start
   * @param percent the candidate's nominal share
   */
  public record WeightChange(Duration at, double percent) {}

  public Recording {
    windows = List.copyOf(windows);
    weights = List.copyOf(weights);
    if (windows.isEmpty()) {
      throw new IllegalArgumentException("a recording holds at least one window");
    }
  }

  public Duration length() {
    return windows.getLast().end();
  }

  /** The shortest window: longer ones bridge gaps. */
  public Duration usualLength() {
    return windows.stream().map(Window::length).min(Duration::compareTo).orElseThrow();
  }

  public boolean hasLatency() {
    return windows.stream().anyMatch(w -> w.latency().isPresent());
  }

  /** The last change of weight up to a moment. */
  Optional<WeightChange> weightAt(Duration at) {
    return weights.stream().filter(w -> w.at().compareTo(at) <= 0).reduce((_, last) -> last);
  }

  /** A moment as the recording's source would write it. */
  public String time(Duration sinceStart) {
    return scale.write(start.plus(sinceStart));
  }

  /** The same with one nominal weight from the start on, unless the recording has its own. */
  public Recording withWeight(double percent) {
    return weights.isEmpty()
        ? new Recording(
            start, scale, windows, List.of(new WeightChange(Duration.ZERO, percent)), counted)
        : this;
  }
}
