package dev.palinode.gitwriter.plan;

import java.util.List;
import java.util.Optional;

/** What has to happen to one file. */
sealed interface Step {
  /** It may stay as it is. */
  record Nothing() implements Step {}

  /** It gets the last good content, or goes away. */
  record Whole(Optional<Tree.Entry> entry) implements Step {}

  /** It gets a content of its own, made of the tip's and the last good one. */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  record Written(Tree.Entry entry, byte[] content, Plan.Level level, List<Plan.Field> fields)
      implements Step {}

  /** Somebody gave a value that had to go back a new one. */
  record Moved(String message) implements Step {}

  /** Later work stands in the way. */
  record Clash(String why) implements Step {}

  /** It must not be touched. */
  record Stuck(Plan.Blocked blocked) implements Step {}
}
