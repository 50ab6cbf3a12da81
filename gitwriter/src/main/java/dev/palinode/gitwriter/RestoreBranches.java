package dev.palinode.gitwriter;

import java.util.List;

/**
 * Keeps the commit of an intent on a branch of our own, so that people can look at it before it
 * reaches theirs. A repeat is harmless: the same intent on the same tip is the same commit.
 */
public interface RestoreBranches extends AutoCloseable {
  /** How much of the branch may be changed. */
  enum Upkeep {
    /** Nothing is written. */
    Look,
    /** What would still bring exactly the plan is left as it was reviewed; else it is made anew. */
    Keep,
    /** Made anew unless it stands on the tip. */
    Rebase
  }

  /**
   * @param branch of ours; nobody else's work on it is ever replaced
   * @param ownersAt where the repository may tell its code owners, first hit counts
   */
  record Request(String branch, Upkeep upkeep, List<String> ownersAt) {
    public Request {
      ownersAt = List.copyOf(ownersAt);
    }
  }

  /** Plans the intent on the tip as it is now, and brings the branch in line with the plan. */
  Restoration restore(Intent intent, Request request);

  @Override
  void close();
}
