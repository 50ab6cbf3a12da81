package dev.palinode.analysis;

import dev.palinode.analysis.Exhibit.ClosedWindow;
import dev.palinode.analysis.Exhibit.Moment;
import dev.palinode.analysis.Exhibit.Shown;
import dev.palinode.analysis.Question.Momentary;
import dev.palinode.analysis.Question.Standing;
import dev.palinode.analysis.Question.Windowed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges one rollout by what it is shown, and by nothing else: no clock, no store. Shown the same
 * again, it says the same to the last bit.
 *
 * <p>The release fails when the weighted mean of the critical metrics' evidence reaches 1/alpha.
 * Averaging is valid however the metrics depend on each other; multiplying would not be (Vovk and
 * Wang, E-values: calibration, combination and applications, Annals of Statistics 2021).
 */
public final class Judge {
  private static final int VERSION = 1;

  private final Trial trial;
  private final List<Question> questions;
  private final Merging merging;
  private final ShareCheck share;
  private long requests;
  private Optional<String> silence = Optional.empty();

  public Judge(Trial trial) {
    this.trial = trial;
    this.questions = new ArrayList<>();
    for (int i = 0; i < trial.metrics().size(); i++) {
      questions.add(Question.of(trial.metrics().get(i), trial, trial.calibrations().get(i)));
    }
    this.merging = new Merging(questions, trial.alpha());
    this.share = new ShareCheck(trial.window());
  }

  /** A judge that goes on where the bytes of {@link #save} were made; throws on any others. */
  public static Judge restore(Trial trial, byte[] state) {
    Judge judge = new Judge(trial);
    StateReader from = new StateReader(state);
    if (from.count() != VERSION || from.count() != judge.questions.size()) {
      throw new StateReader.Unreadable("not the state of this trial");
    }
    judge.requests = from.count();
    judge.silence = Optional.of(from.text()).filter(s -> !s.isEmpty());
    judge.share.restore(from);
    judge.questions.forEach(q -> q.restore(from));
    from.end();
    return judge;
  }

  /** All that later exhibits depend on; the trial is not part of it. */
  public byte[] save() {
    StateWriter to = new StateWriter();
    to.count(VERSION).count(questions.size()).count(requests).text(silence.orElse(""));
    share.save(to);
    questions.forEach(q -> q.save(to));
    return to.bytes();
  }

  public Trial trial() {
    return trial;
  }

  public void add(Exhibit exhibit) {
    switch (exhibit) {
      case ClosedWindow window -> add(window);
      case Moment(var at, Shown(var metric, var measured)) -> {
        if (questions.get(metric) instanceof Momentary question) {
          question.add(measured, at, requests);
        }
      }
    }
    merging.blame();
  }

  /**
   * From the last moment of a metric to the next one that is due; empty when no further one counts.
   */
  Optional<Duration> untilNext(int metric, Duration usual) {
    return questions.get(metric) instanceof Momentary question
        ? question.untilNext(usual)
        : Optional.empty();
  }

  private void add(ClosedWindow window) {
    requests += window.candidate();
    silence = window.silence();
    share.add(window);
    for (Shown shown : window.shown()) {
      if (questions.get(shown.metric()) instanceof Windowed question) {
        question.add(shown.measured(), window);
      }
    }
  }

  /** What each metric says, as of the last window. */
  public List<MetricVerdict> each() {
    return each(silence, false);
  }

  /**
   * @param silence why nothing about the candidate is news just now, if so
   * @param behind true while moments are due that nobody has looked at
   */
  List<MetricVerdict> each(Optional<String> silence, boolean behind) {
    Standing standing = new Standing(share.mismatch().or(() -> silence), behind, requests);
    return questions.stream().map(q -> q.verdict(standing)).toList();
  }

  /** The gravest critical metric decides. */
  public Verdict verdict() {
    return RolloutVerdict.of(each(), requests);
  }

  /** Natural logarithm of the merged evidence of harm; at -ln(alpha) the release has failed. */
  public double logHarm() {
    return merging.logHarm();
  }

  /** Of the candidate, in all windows. */
  public long requests() {
    return requests;
  }
}
