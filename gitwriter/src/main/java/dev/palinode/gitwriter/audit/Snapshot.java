package dev.palinode.gitwriter.audit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/** The files of one commit. */
record Snapshot(ObjectReader reader, ObjectId root) {
  private static final int MAX_FILES = 5_000;

  /** What stands at a path. */
  record Entry(FileMode mode, ObjectId id) {
    boolean isPlainFile() {
      return FileMode.REGULAR_FILE.equals(mode) || FileMode.EXECUTABLE_FILE.equals(mode);
    }

    boolean hasContentOf(Entry other) {
      return AnyObjectId.isEqual(id, other.id);
    }
  }

  Optional<Entry> at(String path) throws IOException {
    if (path.isEmpty()) {
      return Optional.empty();
    }
    try (TreeWalk walk = TreeWalk.forPath(reader, path, root)) {
      return walk == null || walk.isSubtree()
          ? Optional.empty()
          : Optional.of(new Entry(walk.getFileMode(0), walk.getObjectId(0)));
    }
  }

  /** Paths whose entry is another one than in {@code older}. */
  List<String> changedSince(Snapshot older) throws IOException {
    List<String> paths = new ArrayList<>();
    try (TreeWalk walk = new TreeWalk(reader)) {
      walk.addTree(older.root);
      walk.addTree(root);
      walk.setRecursive(true);
      walk.setFilter(TreeFilter.ANY_DIFF);
      while (walk.next()) {
        paths.add(walk.getPathString());
      }
    }
    return paths;
  }

  /** Files below a folder ("" is the root); empty if there are too many to be one app's. */
  Optional<List<String>> under(String folder) throws IOException {
    List<String> paths = new ArrayList<>();
    ObjectId start = root;
    if (!folder.isEmpty()) {
      try (TreeWalk walk = TreeWalk.forPath(reader, folder, root)) {
        if (walk == null || !walk.isSubtree()) {
          return Optional.of(paths);
        }
        start = walk.getObjectId(0);
      }
    }
    try (TreeWalk walk = new TreeWalk(reader)) {
      walk.addTree(start);
      walk.setRecursive(true);
      while (walk.next()) {
        if (paths.size() >= MAX_FILES) {
          return Optional.empty();
        }
        paths.add(folder.isEmpty() ? walk.getPathString() : folder + "/" + walk.getPathString());
      }
    }
    return Optional.of(paths);
  }

  /** The content, or empty if it is longer than {@code limit} bytes. */
  Optional<byte[]> bytes(Entry entry, int limit) throws IOException {
    ObjectLoader loader = reader.open(entry.id);
    return loader.getSize() > limit ? Optional.empty() : Optional.of(loader.getBytes(limit));
  }
}
