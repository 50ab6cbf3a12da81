package dev.palinode.analysis.replay;

import dev.palinode.analysis.Measured.Buckets;
import dev.palinode.analysis.WindowCounts;
import java.time.Duration;
import java.util.Optional;

/**
 * One closed window of both arms.
 *
 * @param end since the start of the recording
 * @param counts requests and bad ones; where only a histogram was recorded, none is bad
 * @param latency empty where no histogram was recorded
 */
public record Window(
    Duration end, Duration length, WindowCounts counts, Optional<Buckets> latency) {

  public Window(Duration end, Duration length, WindowCounts counts) {
    this(end, length, counts, Optional.empty());
  }
}
