package dev.palinode.analysis.replay;

import dev.palinode.analysis.Exhibit;
import dev.palinode.analysis.Exhibit.ClosedWindow;
import dev.palinode.analysis.Measured;
import dev.palinode.analysis.WindowCounts;
import dev.palinode.analysis.record.RolloutRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A recorded rollout before all rules: ours is shown what the controller's judge was shown, the
 * others the first ratio and the first histogram of it.
 */
public final class RecordReplay {
  private RecordReplay() {}

  /** Empty if the record holds no window. */
  public static Optional<Replay.Result> run(RolloutRecord record, Replay.Settings settings) {
    Duration length = record.trial().window();
    Instant start = null;
    Map<Window, List<Exhibit>> exhibits = new LinkedHashMap<>();
    List<Recording.WeightChange> weights = new ArrayList<>();
    List<Exhibit> pending = new ArrayList<>();
    for (RolloutRecord.Entry entry : record.entries()) {
      if (!(entry instanceof RolloutRecord.Shown(var exhibit))) {
        continue;
      }
      pending.add(exhibit);
      if (exhibit instanceof ClosedWindow closed) {
        start = start == null ? closed.end().minus(length) : start;
        Duration end = Duration.between(start, closed.end());
        exhibits.put(window(closed, end, length), List.copyOf(pending));
        pending.clear();
        weight(closed, end.minus(length), weights);
      }
    }
    if (start == null) {
      return Optional.empty();
    }
    PalinodeRule ours =
        new PalinodeRule(record.judge(), window -> exhibits.getOrDefault(window, List.of()));
    Recording recording =
        new Recording(start, TimeScale.RFC_3339, List.copyOf(exhibits.keySet()), weights, true);
    return Optional.of(Replay.run(recording, ours, record.trial().alpha(), settings));
  }

  private static Window window(ClosedWindow closed, Duration end, Duration length) {
    return new Window(
        end,
        length,
        first(closed, Measured.Counts.class)
            .map(Measured.Counts::counts)
            .orElse(new WindowCounts(closed.candidate(), 0, closed.stable(), 0)),
        first(closed, Measured.Buckets.class));
  }

  private static <M extends Measured> Optional<M> first(ClosedWindow closed, Class<M> kind) {
    return closed.shown().stream()
        .map(Exhibit.Shown::measured)
        .filter(kind::isInstance)
        .map(kind::cast)
        .findFirst();
  }

  private static void weight(
      ClosedWindow closed, Duration from, List<Recording.WeightChange> weights) {
    double percent = 100 * closed.weight();
    if (!Double.isNaN(percent) && (weights.isEmpty() || weights.getLast().percent() != percent)) {
      weights.add(new Recording.WeightChange(from, percent));
    }
  }
}
