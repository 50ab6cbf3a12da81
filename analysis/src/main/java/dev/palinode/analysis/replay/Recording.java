package dev.palinode.analysis.replay;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Traffic of both arms, window by window.
 *
 * @param start of the first window
 * @param scale how its source writes times
 * @param windows in order, at least one
 * @param weights in order; empty if nobody told
 */
public record Recording(
    Instant start, TimeScale scale, List<Window> windows, List<WeightChange> weights) {

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

  /** A moment as the recording's source would write it. */
  public String time(Duration sinceStart) {
    return scale.write(start.plus(sinceStart));
  }

  /** The same with one nominal weight from the start on, unless the recording has its own. */
  public Recording withWeight(double percent) {
    return weights.isEmpty()
        ? new Recording(start, scale, windows, List.of(new WeightChange(Duration.ZERO, percent)))
        : this;
  }
}
