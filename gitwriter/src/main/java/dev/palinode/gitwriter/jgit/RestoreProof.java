package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.edit.Provenance;
import dev.palinode.gitwriter.plan.Grants;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

/**
 * The last look before a push, at the built tree itself and not at the plan: whatever differs from
 * the tip is granted, is planned, and is what the last good commit has there: as a whole, or in
 * every line or value that is not the tip's.
 */
final class RestoreProof {
  private static final int MAX_BYTES = 16 << 20;

  private RestoreProof() {}

  /** The first thing that must not be, or empty if the tree may go out. */
  static Optional<String> violation(
      ObjectReader reader,
      ObjectId head,
      ObjectId result,
      ObjectId good,
      Set<String> planned,
      Grants grants)
      throws IOException {
    int changes = 0;
    try (TreeWalk walk = new TreeWalk(reader)) {
      walk.addTree(head);
      walk.addTree(result);
      walk.setRecursive(true);
      walk.setFilter(TreeFilter.ANY_DIFF);
      while (walk.next()) {
        String path = walk.getPathString();
        changes++;
        if (!grants.allow(path) || !planned.contains(path)) {
          return Optional.of("'" + path + "' would change without leave");
        }
        FileMode mode = walk.getFileMode(1);
        try (TreeWalk source = TreeWalk.forPath(reader, path, good)) {
          boolean same =
              source == null
                  ? FileMode.MISSING.equals(mode)
                  : !source.isSubtree()
                      && source.getObjectId(0).equals(walk.getObjectId(1))
                      && source.getFileMode(0).equals(mode);
          if (!same && !isCombined(reader, walk, source)) {
            return Optional.of("'" + path + "' would not be what the last good commit has");
          }
        }
      }
    }
    return changes == planned.size()
        ? Optional.empty()
        : Optional.of("only " + changes + " of " + planned.size() + " files would change");
  }

  /** A file of all three that takes from the last good one what it does not take from the tip. */
  private static boolean isCombined(ObjectReader reader, TreeWalk walk, @Nullable TreeWalk source)
      throws IOException {
    FileMode mode = walk.getFileMode(1);
    if (source == null
        || !isFile(walk.getFileMode(0))
        || !isFile(mode)
        || !isFile(source.getFileMode(0))
        || !mode.equals(walk.getFileMode(0)) && !mode.equals(source.getFileMode(0))) {
      return false;
    }
    return Provenance.isRestored(
        content(reader, walk.getObjectId(0)),
        content(reader, source.getObjectId(0)),
        content(reader, walk.getObjectId(1)));
  }

  private static boolean isFile(FileMode mode) {
    return FileMode.REGULAR_FILE.equals(mode) || FileMode.EXECUTABLE_FILE.equals(mode);
  }

  private static byte[] content(ObjectReader reader, ObjectId id) throws IOException {
    return reader.open(id, Constants.OBJ_BLOB).getBytes(MAX_BYTES);
  }
}
