package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.plan.Tree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.TreeWalk;

/** A commit's tree in the mirror, read as far as it is asked about. */
final class CommitTree implements Tree {
  private static final int MAX_ENTRIES = 20_000;

  private final ObjectReader reader;
  private final ObjectId root;

  CommitTree(ObjectReader reader, ObjectId root) {
    this.reader = reader;
    this.root = root;
  }

  @Override
  public Optional<Entry> at(String path) {
    try (TreeWalk walk = TreeWalk.forPath(reader, path, root)) {
      return walk == null || walk.isSubtree() ? Optional.empty() : Optional.of(entry(walk));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The id of a folder's tree: equal ids mean equal content all the way down. */
  Optional<ObjectId> folder(String path) throws IOException {
    if (path.isEmpty()) {
      return Optional.of(root);
    }
    try (TreeWalk walk = TreeWalk.forPath(reader, path, root)) {
      return walk != null && walk.isSubtree() ? Optional.of(walk.getObjectId(0)) : Optional.empty();
    }
  }

  @Override
  public SortedMap<String, Entry> under(String folder) {
    SortedMap<String, Entry> all = new TreeMap<>();
    try {
      Optional<ObjectId> tree = folder(folder);
      if (tree.isEmpty()) {
        return all;
      }
      try (TreeWalk walk = new TreeWalk(reader)) {
        walk.addTree(tree.get());
        walk.setRecursive(true);
        while (walk.next()) {
          if (all.size() >= MAX_ENTRIES) {
            throw new TooLarge(
                "'"
                    + folder
                    + "' holds more than "
                    + MAX_ENTRIES
                    + " files: name the app's own folder");
          }
          all.put(
              folder.isEmpty() ? walk.getPathString() : folder + "/" + walk.getPathString(),
              entry(walk));
        }
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Entry entry(TreeWalk walk) {
    FileMode mode = walk.getFileMode(0);
    Kind kind =
        FileMode.EXECUTABLE_FILE.equals(mode)
            ? Kind.Executable
            : FileMode.SYMLINK.equals(mode)
                ? Kind.Symlink
                : FileMode.GITLINK.equals(mode) ? Kind.Submodule : Kind.File;
    return new Entry(kind, walk.getObjectId(0).name());
  }

  @Override
  public String idOf(byte[] content) {
    try (ObjectInserter.Formatter formatter = new ObjectInserter.Formatter()) {
      return formatter.idFor(Constants.OBJ_BLOB, content).name();
    }
  }

  @Override
  public Optional<byte[]> bytes(Entry entry, int limit) {
    try {
      ObjectLoader loader = reader.open(ObjectId.fromString(entry.id()));
      return loader.getSize() > limit ? Optional.empty() : Optional.of(loader.getBytes(limit));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
