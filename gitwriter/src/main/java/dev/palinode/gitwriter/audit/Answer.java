package dev.palinode.gitwriter.audit;

import java.util.List;

/** What came of looking at a range of commits. */
public sealed interface Answer {
  /**
   * It was looked at.
   *
   * @param verdicts on commits of ours, newest first
   * @param commits how many commits the range has, others' included
   */
  record Looked(List<Verdict> verdicts, int commits) implements Answer {
    public Looked {
      verdicts = List.copyOf(verdicts);
    }

    public boolean isFine() {
      return verdicts.stream().allMatch(Verdict::isFine);
    }
  }

  /** It could not be looked at; {@code problem} is a sentence that says what to do. */
  record Unreadable(String problem) implements Answer {}
}
