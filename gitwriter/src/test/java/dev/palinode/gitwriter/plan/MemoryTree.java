package dev.palinode.gitwriter.plan;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A tree of texts; a content is its own hash. "-> x" is a symlink. */
public record MemoryTree(Map<String, String> files) implements Tree {
  public MemoryTree {
    files = Map.copyOf(files);
  }

  public MemoryTree with(Map<String, String> changes) {
    Map<String, String> all = new HashMap<>(files);
    all.putAll(changes);
    return new MemoryTree(all);
  }

  public MemoryTree without(String file) {
    Map<String, String> all = new HashMap<>(files);
    all.remove(file);
    return new MemoryTree(all);
  }

  public MemoryTree edited(Map<String, Optional<Entry>> edits) {
    Map<String, String> all = new HashMap<>(files);
    edits.forEach((f, e) -> e.ifPresentOrElse(x -> all.put(f, x.id()), () -> all.remove(f)));
    return new MemoryTree(all);
  }

  @Override
  public Optional<Entry> at(String path) {
    return Optional.ofNullable(files.get(path)).map(MemoryTree::entry);
  }

  private static Entry entry(String text) {
    return new Entry(text.startsWith("-> ") ? Kind.Symlink : Kind.File, text);
  }

  @Override
  public SortedMap<String, Entry> under(String folder) {
    SortedMap<String, Entry> all = new TreeMap<>();
    files.forEach((path, text) -> {
      if (TreePath.isInside(path, folder)) {
        all.put(path, entry(text));
      }
    });
    return all;
  }

  @Override
  public Optional<byte[]> bytes(Entry entry, int limit) {
    return Optional.of(entry.id().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String idOf(byte[] content) {
    return new String(content, StandardCharsets.UTF_8);
  }
}
