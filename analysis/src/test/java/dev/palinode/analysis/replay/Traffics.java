package dev.palinode.analysis.replay;

import dev.palinode.analysis.WindowCounts;
import dev.palinode.crds.AnalysisTemplateSpec.Margin;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Recordings for tests, and rules set as section 4.2 of the design compares them. */
final class Traffics {
  static final Duration LENGTH = Duration.ofSeconds(15);

  private Traffics() {}

  static Recording of(int windows, IntFunction<WindowCounts> counts) {
    List<Window> each = new ArrayList<>();
    for (int i = 1; i <= windows; i++) {
      each.add(new Window(LENGTH.multipliedBy(i), LENGTH, counts.apply(i)));
    }
    return new Recording(Instant.EPOCH, TimeScale.SECONDS, each, List.of(), true);
  }

  /** A hundred requests a second, a tenth of them to the canary. */
  static Recording steady(int windows, int canaryBad, int stableBad) {
    return of(windows, _ -> new WindowCounts(150, canaryBad, 1350, stableBad));
  }

  static Replay.Settings settings() {
    return new Replay.Settings(
        new RecordingJudge.Settings(
            0.01,
            0.05,
            new Margin(1.2, 0.0005),
            new Margin(null, null),
            1.1,
            Duration.ofMinutes(10),
            0.3,
            1,
            9),
        new FlaggerRule.Settings(Duration.ofMinutes(1), 5, 99, 500),
        new ArgoRule.Settings(Duration.ofMinutes(1), 3, "result[0] >= 0.99"),
        KayentaRule.Settings.defaults());
  }
}
