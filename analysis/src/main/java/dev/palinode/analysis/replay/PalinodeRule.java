package dev.palinode.analysis.replay;

import dev.palinode.analysis.Exhibit;
import dev.palinode.analysis.Judge;
import dev.palinode.analysis.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Our own judge, the one of the controller; it looks after every window. */
final class PalinodeRule implements Rule {
  private final Judge judge;
  private final Function<Window, List<Exhibit>> exhibits;

  /**
   * @param exhibits what the judge is shown up to the end of a window
   */
  PalinodeRule(Judge judge, Function<Window, List<Exhibit>> exhibits) {
    this.judge = judge;
    this.exhibits = exhibits;
  }

  @Override
  public String name() {
    return "palinode";
  }

  /** Natural logarithm. */
  double logEvidence() {
    return judge.logHarm();
  }

  @Override
  public Optional<Decision> take(Window window) {
    exhibits.apply(window).forEach(judge::add);
    return Optional.of(end()).filter(d -> d.answer() == Answer.FAIL);
  }

  @Override
  public Decision end() {
    return switch (judge.verdict()) {
      case Verdict.Fail(var evidence) -> new Decision(Answer.FAIL, evidence.reason());
      case Verdict.Pass(var evidence) -> new Decision(Answer.PASS, evidence.reason());
      case Verdict.Inconclusive(var evidence) ->
          new Decision(Answer.INCONCLUSIVE, evidence.reason());
      case Verdict.Invalid(var evidence) -> new Decision(Answer.INVALID, evidence.reason());
    };
  }
}
