package dev.palinode.gitwriter.plan;

import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.edit.Scalar;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What has to happen to the tip for an intent to be fulfilled. */
public sealed interface Plan {
  /** How far into the files a restore reaches. The trailer {@code Rollback-Mode} says it. */
  enum Level {
    /** Whole files of the last good commit. */
    File,
    /** Files merged line by line. */
    Path,
    /** Single values. */
    Field
  }

  /** One value that goes back. */
  record Field(String file, String pointer, Scalar bad, Scalar good) {
    @Override
    public String toString() {
      return file + "#" + pointer + " " + bad + " -> " + good;
    }
  }

  /**
   * What the files become; empty means the file goes away. Content comes from the last good commit,
   * or combines the tip with it.
   *
   * @param contents by id, where the entry's content is in neither commit as a whole
   * @param level the deepest one that was needed
   * @param fields values that go back one by one
   */
  record Restore(
      SortedMap<String, Optional<Tree.Entry>> edits,
      Map<String, byte[]> contents,
      Level level,
      List<Field> fields)
      implements Plan {
    public Restore {
      edits = Collections.unmodifiableSortedMap(new TreeMap<>(edits));
      contents = Map.copyOf(contents);
      fields = List.copyOf(fields);
    }

    /** Whole files only. */
    public Restore(SortedMap<String, Optional<Tree.Entry>> edits) {
      this(edits, Map.of(), Level.File, List.of());
    }
  }

  /** The files at the tip are the last good ones. */
  record AlreadyGood() implements Plan {}

  /** Somebody moved on. */
  record Superseded(String message) implements Plan {}

  /**
   * These files were changed after the failed release, on the same lines and in no single value.
   *
   * @param details why, a sentence per file
   */
  record Changed(List<String> files, List<String> details) implements Plan {
    public Changed {
      files = List.copyOf(files);
      details = List.copyOf(details);
    }
  }

  /** Not possible, or not allowed. */
  record Blocked(BlockReason reason, String message) implements Plan {}
}
