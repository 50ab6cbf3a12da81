package dev.palinode.analysis.replay;

import java.util.Optional;

/** Somebody's way to decide about a canary, fed with one window after the other. */
public interface Rule {
  /** What a rule comes to. Only {@code FAIL} takes the traffic back. */
  enum Answer {
    PASS,
    FAIL,
    INCONCLUSIVE,
    INVALID
  }

  /**
   * An answer and why, in the rule's own terms.
   *
   * @param words one sentence
   */
  record Decision(Answer answer, String words) {}

  /** How it is told in tables and files. */
  String name();

  /** Takes in one closed window; answers once it decides, at the end of that window. */
  Optional<Decision> take(Window window);

  /** What it says to a recording that ends without a decision. */
  Decision end();
}
