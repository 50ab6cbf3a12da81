package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.plan.Tree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.jspecify.annotations.Nullable;

/** Makes a new tree by rewriting only the folders above the changed files. */
final class TreeRewrite {
  private final ObjectReader reader;
  private final ObjectInserter inserter;

  TreeRewrite(ObjectReader reader, ObjectInserter inserter) {
    this.reader = reader;
    this.inserter = inserter;
  }

  ObjectId apply(ObjectId tree, Map<String, Optional<Tree.Entry>> edits) throws IOException {
    @Nullable ObjectId result = rewrite(tree, edits);
    return result == null ? inserter.insert(new TreeFormatter()) : result;
  }

  /** Null if nothing is left: git has no empty folders. */
  private @Nullable ObjectId rewrite(
      @Nullable ObjectId tree, Map<String, Optional<Tree.Entry>> edits) throws IOException {
    Map<String, Optional<Tree.Entry>> files = new TreeMap<>();
    Map<String, Map<String, Optional<Tree.Entry>>> folders = new TreeMap<>();
    edits.forEach((path, entry) -> {
      int slash = path.indexOf('/');
      if (slash < 0) {
        files.put(path, entry);
      } else {
        folders
            .computeIfAbsent(path.substring(0, slash), _ -> new TreeMap<>())
            .put(path.substring(slash + 1), entry);
      }
    });
    List<Line> lines = new ArrayList<>();
    if (tree != null) {
      CanonicalTreeParser parser = new CanonicalTreeParser(null, reader, tree);
      for (; !parser.eof(); parser.next()) {
        byte[] name = new byte[parser.getNameLength()];
        parser.getName(name, 0);
        String text = new String(name, StandardCharsets.UTF_8);
        FileMode mode = parser.getEntryFileMode();
        if (folders.containsKey(text) && FileMode.TREE.equals(mode)) {
          add(lines, name, rewrite(parser.getEntryObjectId(), folders.remove(text)));
        } else if (!files.containsKey(text) && !folders.containsKey(text)) {
          lines.add(new Line(name, mode, parser.getEntryObjectId()));
        }
      }
    }
    for (var folder : folders.entrySet()) {
      add(lines, bytes(folder.getKey()), rewrite(null, folder.getValue()));
    }
    for (var file : files.entrySet()) {
      if (file.getValue().isPresent()) {
        Tree.Entry entry = file.getValue().get();
        lines.add(
            new Line(bytes(file.getKey()), mode(entry.kind()), ObjectId.fromString(entry.id())));
      }
    }
    return lines.isEmpty() ? null : write(lines);
  }

  private static void add(List<Line> lines, byte[] name, @Nullable ObjectId folder) {
    if (folder != null) {
      lines.add(new Line(name, FileMode.TREE, folder));
    }
  }

  private ObjectId write(List<Line> lines) throws IOException {
    lines.sort((a, b) -> Arrays.compareUnsigned(a.sortKey(), b.sortKey()));
    TreeFormatter formatter = new TreeFormatter();
    for (Line line : lines) {
      formatter.append(line.name, line.mode, line.id);
    }
    return inserter.insert(formatter);
  }

  private static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  private static FileMode mode(Tree.Kind kind) {
    return switch (kind) {
      case File -> FileMode.REGULAR_FILE;
      case Executable -> FileMode.EXECUTABLE_FILE;
      case Symlink, Submodule -> throw new IllegalArgumentException("never written: " + kind);
    };
  }

  /** Names stay bytes: a name that is no UTF-8 must survive its neighbour's change. */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  private record Line(byte[] name, FileMode mode, ObjectId id) {
    /** Git sorts folders as if their names ended in a slash. */
    byte[] sortKey() {
      if (!FileMode.TREE.equals(mode)) {
        return name;
      }
      byte[] key = Arrays.copyOf(name, name.length + 1);
      key[name.length] = '/';
      return key;
    }
  }
}
