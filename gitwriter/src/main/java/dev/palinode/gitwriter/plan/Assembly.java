package dev.palinode.gitwriter.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Puts the steps of all files together. Whole or not at all: one obstacle stops them all. */
final class Assembly {
  private final TreeMap<String, Optional<Tree.Entry>> edits = new TreeMap<>();
  private final Map<String, byte[]> contents = new HashMap<>();
  private final List<Plan.Field> fields = new ArrayList<>();
  private final List<String> clashes = new ArrayList<>();
  private final List<String> details = new ArrayList<>();
  private Plan.Level level = Plan.Level.File;
  private Optional<Plan.Blocked> blocked = Optional.empty();
  private Optional<Plan.Superseded> moved = Optional.empty();

  void take(String file, Step step) {
    switch (step) {
      case Step.Nothing() -> {}
      case Step.Whole(var entry) -> edits.put(file, entry);
      case Step.Written written -> {
        edits.put(file, Optional.of(written.entry()));
        contents.put(written.entry().id(), written.content());
        fields.addAll(written.fields());
        level = written.level().compareTo(level) > 0 ? written.level() : level;
      }
      case Step.Moved(var message) -> moved = moved.or(() -> superseded(message));
      case Step.Clash(var why) -> {
        clashes.add(file);
        details.add(why);
      }
      case Step.Stuck(var reason) -> blocked = blocked.or(() -> Optional.of(reason));
    }
  }

  private static Optional<Plan.Superseded> superseded(String message) {
    return Optional.of(new Plan.Superseded(message));
  }

  /** Why nothing can be written, if so. */
  Optional<Plan> obstacle() {
    return blocked
        .<Plan>map(b -> b)
        .or(() -> moved)
        .or(() ->
            clashes.isEmpty() ? Optional.empty() : Optional.of(new Plan.Changed(clashes, details)));
  }

  Map<String, Optional<Tree.Entry>> edits() {
    return edits;
  }

  Map<String, byte[]> contents() {
    return contents;
  }

  boolean hasFields() {
    return level == Plan.Level.Field;
  }

  Plan.Restore restore() {
    return new Plan.Restore(edits, contents, level, fields);
  }
}
