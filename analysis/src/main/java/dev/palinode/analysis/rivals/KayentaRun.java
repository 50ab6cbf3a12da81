package dev.palinode.analysis.rivals;

import java.time.Duration;
import java.util.Optional;

/**
 * The standalone canary analysis: judges again and again over a growing or a sliding span
 * (SetupAndExecuteCanariesStage.java:266-290, MonitorCanaryTask.java:116). Spans are offsets from
 * the start.
 */
public final class KayentaRun {
  /**
   * @param warmup what is left out at the beginning
   * @param interval between judgements
   * @param lifetime how long it is judged, after the warm-up
   * @param lookback how far back a judgement sees; zero for everything since the warm-up
   * @param marginal a score at or below it stops the run
   * @param pass the last score must reach it
   */
  public record Settings(
      Duration warmup,
      Duration interval,
      Duration lifetime,
      Duration lookback,
      double marginal,
      double pass) {
    public Settings {
      if (!interval.isPositive() || lifetime.compareTo(interval) < 0) {
        throw new IllegalArgumentException("a lifetime holds at least one interval");
      }
    }

    int judgements() {
      return (int) lifetime.dividedBy(interval);
    }
  }

  /** What a judgement is about: from inclusive, to exclusive. */
  public record Span(Duration from, Duration to) {}

  /** How a run ends. */
  public enum End {
    SUCCEEDED,
    FAILED
  }

  private final Settings settings;
  private int done;
  private Optional<End> end = Optional.empty();

  public KayentaRun(Settings settings) {
    this.settings = settings;
  }

  /** What the next judgement is about; it is made at its {@code to}. Empty after the end. */
  public Optional<Span> next() {
    if (end.isPresent()) {
      return Optional.empty();
    }
    Duration to = settings.warmup().plus(settings.interval().multipliedBy(done + 1L));
    Duration from =
        settings.lookback().isPositive() ? to.minus(settings.lookback()) : settings.warmup();
    return Optional.of(new Span(from.isNegative() ? Duration.ZERO : from, to));
  }

  /** How many spans were judged. */
  public int done() {
    return done;
  }

  /** Goes on where another run of the same settings stood. */
  public void resume(int judged, Optional<End> how) {
    done = judged;
    end = how;
  }

  /** Takes in the score of the span that {@link #next} named; empty as long as it goes on. */
  public Optional<End> judged(double score) {
    done++;
    if (score <= settings.marginal()) {
      end = Optional.of(End.FAILED);
    } else if (done == settings.judgements()) {
      end = Optional.of(score >= settings.pass() ? End.SUCCEEDED : End.FAILED);
    }
    return end;
  }
}
