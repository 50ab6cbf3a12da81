package dev.palinode.gitwriter;

import java.util.List;

/** How an attempt to carry out an intent ended. Nothing here throws. */
public sealed interface WriteOutcome {
  /** A commit of ours is on the branch now. */
  record Committed(String commit, List<String> files, int attempts) implements WriteOutcome {
    public Committed {
      files = List.copyOf(files);
    }
  }

  /** A commit with this intent's trailer was on the branch already, from an earlier attempt. */
  record AlreadyThere(String commit) implements WriteOutcome {}

  /** Nothing to write any more: somebody else put it right, or moved on. */
  record Superseded(String message) implements WriteOutcome {}

  /** Must not or cannot be written until a person acts; {@code message} says what to do. */
  record Blocked(BlockReason reason, String message) implements WriteOutcome {}

  /** The server said no; {@code message} holds its own words. */
  record Refused(String message) implements WriteOutcome {}

  /** The server could not be reached, or its answer got lost. The same intent may be sent again. */
  record Unreachable(String message) implements WriteOutcome {}

  /** Every try lost the race against other writers. The same intent may be sent again. */
  record Contended(String message, int attempts) implements WriteOutcome {}
}
