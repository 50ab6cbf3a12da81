package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.plan.Grants;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/**
 * The last look before a push, at the built tree itself and not at the plan: whatever differs from
 * the tip is granted, is planned, and is exactly what the last good commit has there.
 */
final class RestoreProof {
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
          if (!same) {
            return Optional.of("'" + path + "' would not be what the last good commit has");
          }
        }
      }
    }
    return changes == planned.size()
        ? Optional.empty()
        : Optional.of("only " + changes + " of " + planned.size() + " files would change");
  }
}
