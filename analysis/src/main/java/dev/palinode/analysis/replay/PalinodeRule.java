package dev.palinode.analysis.replay;

import dev.palinode.analysis.Verdict;
import dev.palinode.analysis.WindowJudge;
import java.util.Optional;

/** Our own judge; it looks after every window. */
public final class PalinodeRule implements Rule {
  private final WindowJudge judge;

  public PalinodeRule(WindowJudge judge) {
    this.judge = judge;
  }

  @Override
  public String name() {
    return "palinode";
  }

  /** Natural logarithm. */
  public double logEvidence() {
    return judge.logEvidence();
  }

  @Override
  public Optional<Decision> take(Window window) {
    return judge.add(window.counts(), window.length()) ? Optional.of(end()) : Optional.empty();
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
