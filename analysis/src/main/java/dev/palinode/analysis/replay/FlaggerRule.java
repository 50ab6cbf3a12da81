package dev.palinode.analysis.replay;

import dev.palinode.analysis.WindowCounts;
import dev.palinode.analysis.rivals.FlaggerCheck;
import dev.palinode.analysis.rivals.FlaggerCheck.Kind;
import dev.palinode.analysis.rivals.FlaggerRun;
import dev.palinode.analysis.rivals.FlaggerRun.Action;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Flagger's built-in success rate; the weights are those of the recording. */
public final class FlaggerRule implements Rule {
  /**
   * @param interval between checks, and the span of each
   * @param threshold failed checks that roll back
   * @param min least success rate, in percent
   */
  public record Settings(Duration interval, int threshold, double min) {
    /** As in the example of Flagger's documentation. */
    public static Settings defaults() {
      return new Settings(Duration.ofMinutes(1), 10, 99);
    }
  }

  private static final int WHOLE = 100;

  private final FlaggerCheck check;
  private final FlaggerRun run;
  private final Interval interval;
  private final Settings settings;

  public FlaggerRule(Settings settings) {
    this.settings = settings;
    this.check = FlaggerCheck.range(Kind.SUCCESS_RATE, settings.min(), null);
    this.run = new FlaggerRun(new FlaggerRun.Settings(settings.threshold(), WHOLE, WHOLE));
    this.interval = new Interval(settings.interval());
  }

  @Override
  public String name() {
    return "flagger";
  }

  @Override
  public Optional<Decision> take(Window window) {
    Optional<WindowCounts> due = interval.add(window);
    if (due.isEmpty()) {
      return Optional.empty();
    }
    WindowCounts n = due.get();
    double rate = 100 * Interval.share(n.candidate() - n.candidateBad(), n.candidate());
    boolean passed = check.passes(List.of(rate));
    return run.tickAtForeignWeight(passed) == Action.ROLLED_BACK
        ? Optional.of(new Decision(Answer.FAIL, words()))
        : Optional.empty();
  }

  @Override
  public Decision end() {
    return new Decision(Answer.PASS, words());
  }

  private String words() {
    return "%d of %d failed checks (success rate below %s%%)"
        .formatted(run.failedChecks(), settings.threshold(), Words.number(settings.min()));
  }
}
