package dev.palinode.analysis.replay;

import dev.palinode.analysis.rivals.FlaggerCheck;
import dev.palinode.analysis.rivals.FlaggerCheck.Kind;
import dev.palinode.analysis.rivals.FlaggerRun;
import dev.palinode.analysis.rivals.FlaggerRun.Action;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Flagger's built-in success rate, and its request duration where a histogram was recorded; the
 * weights are those of the recording.
 */
public final class FlaggerRule implements Rule {
  /**
   * @param interval between checks, and the span of each
   * @param threshold failed checks that roll back
   * @param min least success rate, in percent
   * @param max highest 99th percentile, in milliseconds
   */
  public record Settings(Duration interval, int threshold, double min, double max) {
    /** As in the example of Flagger's documentation. */
    public static Settings defaults() {
      return new Settings(Duration.ofMinutes(1), 10, 99, 500);
    }
  }

  private static final int WHOLE = 100;

  private final FlaggerCheck successRate;
  private final FlaggerCheck duration;
  private final FlaggerRun run;
  private final Interval interval;
  private final Settings settings;

  public FlaggerRule(Settings settings) {
    this.settings = settings;
    this.successRate = FlaggerCheck.range(Kind.SUCCESS_RATE, settings.min(), null);
    this.duration = FlaggerCheck.range(Kind.DURATION, null, settings.max());
    this.run = new FlaggerRun(new FlaggerRun.Settings(settings.threshold(), WHOLE, WHOLE));
    this.interval = new Interval(settings.interval());
  }

  @Override
  public String name() {
    return "flagger";
  }

  @Override
  public Optional<Decision> take(Window window) {
    Optional<Interval.Sum> due = interval.add(window);
    if (due.isEmpty()) {
      return Optional.empty();
    }
    boolean passed = passes(due.get());
    return run.tickAtForeignWeight(passed) == Action.ROLLED_BACK
        ? Optional.of(new Decision(Answer.FAIL, words()))
        : Optional.empty();
  }

  private boolean passes(Interval.Sum sum) {
    return successRate.passes(List.of(sum.successRate()))
        && sum.latency()
            .map(l -> Interval.quantile(l.edges(), l.candidate(), 0.99))
            .map(p99 -> duration.passes(List.of(p99)))
            .orElse(true);
  }

  @Override
  public Decision end() {
    return new Decision(Answer.PASS, words());
  }

  private String words() {
    return "%d of %d failed checks (success rate below %s%% or p99 above %s ms)"
        .formatted(
            run.failedChecks(),
            settings.threshold(),
            Words.number(settings.min()),
            Words.number(settings.max()));
  }
}
