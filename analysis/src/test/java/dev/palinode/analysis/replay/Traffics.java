package dev.palinode.analysis.replay;

import dev.palinode.analysis.Onset;
import dev.palinode.analysis.WindowCounts;
import dev.palinode.analysis.WindowJudge;
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
    return new Recording(Instant.EPOCH, TimeScale.SECONDS, each, List.of());
  }

  /** A hundred requests a second, a tenth of them to the canary. */
  static Recording steady(int windows, int canaryBad, int stableBad) {
    return of(windows, _ -> new WindowCounts(150, canaryBad, 1350, stableBad));
  }

  static Replay.Settings settings() {
    return new Replay.Settings(
        new WindowJudge.Settings(
            0.01, 0.05, new Margin(1.2, 0.0005), new Margin(null, null), new Onset(40), 0.3, 1, 9),
        new FlaggerRule.Settings(Duration.ofMinutes(1), 5, 99),
        new ArgoRule.Settings(Duration.ofMinutes(1), 3, "result[0] >= 0.99"),
        KayentaRule.Settings.defaults());
  }
}
