package dev.palinode.gitwriter.plan;

import dev.palinode.gitwriter.BlockReason;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What has to happen to the tip for an intent to be fulfilled. */
public sealed interface Plan {
  /** These files get the content of the last good commit; empty means the file goes away. */
  record Restore(SortedMap<String, Optional<Tree.Entry>> edits) implements Plan {
    public Restore {
      edits = Collections.unmodifiableSortedMap(new TreeMap<>(edits));
    }
  }

  /** The files at the tip are the last good ones. */
  record AlreadyGood() implements Plan {}

  /** Somebody moved on. */
  record Superseded(String message) implements Plan {}

  /** These files were changed after the failed release. */
  record Changed(List<String> files) implements Plan {}

  /** Not possible, or not allowed. */
  record Blocked(BlockReason reason, String message) implements Plan {}
}
