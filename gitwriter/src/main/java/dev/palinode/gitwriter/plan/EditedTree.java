package dev.palinode.gitwriter.plan;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A tree as it will be: another one, with some files replaced or removed. */
record EditedTree(Tree base, Map<String, Optional<Tree.Entry>> edits, Map<String, byte[]> contents)
    implements Tree {
  @Override
  public Optional<Entry> at(String path) {
    Optional<Entry> edit = edits.get(path);
    return edit == null ? base.at(path) : edit;
  }

  @Override
  public SortedMap<String, Entry> under(String folder) {
    SortedMap<String, Entry> all = new TreeMap<>(base.under(folder));
    edits.forEach((path, entry) -> {
      if (TreePath.isInside(path, folder)) {
        entry.ifPresentOrElse(e -> all.put(path, e), () -> all.remove(path));
      }
    });
    return Collections.unmodifiableSortedMap(all);
  }

  @Override
  public Optional<byte[]> bytes(Entry entry, int limit) {
    byte[] content = contents.get(entry.id());
    if (content == null) {
      return base.bytes(entry, limit);
    }
    return content.length > limit ? Optional.empty() : Optional.of(content);
  }

  @Override
  public String idOf(byte[] content) {
    return base.idOf(content);
  }
}
