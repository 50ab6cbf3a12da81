package dev.palinode.gitwriter.plan;

import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.edit.EditResult;
import dev.palinode.gitwriter.edit.Outline;
import dev.palinode.gitwriter.edit.Outline.Address;
import dev.palinode.gitwriter.edit.Part;
import dev.palinode.gitwriter.edit.ScalarEditor;
import dev.palinode.gitwriter.edit.YamlFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes the values of one file back that a release changed, one by one, where the tip still has
 * what failed. Objects are found by their names, not by where they stand.
 */
final class FieldRestore {
  /** Which values of a file go back. */
  interface Scope {
    /** True if the release's change of this value goes back. */
    boolean isOurs(Part part, Address address);

    /** True if a third value there means that somebody moved on; false if it simply stays. */
    boolean decides(Part part, Address address);

    /** Why a part must not be touched though the app depends on it, if so. */
    Optional<String> taboo(Part part);
  }

  /** The three contents of the file. */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  record Contents(byte[] head, byte[] bad, byte[] good) {}

  private final String file;
  private final Scope scope;
  private final List<Edit> edits = new ArrayList<>();

  private record Edit(int document, String pointer, Outline.Change change) {}

  private FieldRestore(String file, Scope scope) {
    this.file = file;
    this.scope = scope;
  }

  /**
   * @param entry kind of the file at the tip; its id is not looked at
   */
  static Step of(String file, Contents contents, Scope scope, Tree.Entry entry, Tree tree) {
    return new FieldRestore(file, scope).step(contents, entry, tree);
  }

  private Step step(Contents contents, Tree.Entry entry, Tree tree) {
    List<Map<String, Part>> sides = new ArrayList<>();
    for (byte[] bytes : List.of(contents.good, contents.bad, contents.head)) {
      switch (YamlFile.read(bytes)) {
        case YamlFile.Outcome.Unreadable(var reason) -> {
          return stuck(BlockReason.UnsupportedFile, reason);
        }
        case YamlFile.Outcome.Readable(var read) -> {
          Map<String, Part> parts = new TreeMap<>();
          for (Part part : Part.of(read)) {
            if (parts.put(part.name(), part) != null) {
              return stuck(BlockReason.CannotMap, "it holds " + part.name() + " twice");
            }
          }
          sides.add(parts);
        }
      }
    }
    Map<String, Part> good = sides.get(0);
    Map<String, Part> bad = sides.get(1);
    Map<String, Part> head = sides.get(2);
    for (String name : bad.keySet()) {
      Optional<Step> obstacle = part(good.get(name), bad.get(name), head.get(name));
      if (obstacle.isPresent()) {
        return obstacle.get();
      }
    }
    for (Part part : good.values()) {
      if (!bad.containsKey(part.name()) && owns(part)) {
        return clash("the release removed " + part.name());
      }
    }
    return edits.isEmpty() ? new Step.Nothing() : written(contents.head, entry, tree);
  }

  private boolean owns(Part part) {
    return part.outline().items().keySet().stream().anyMatch(a -> scope.isOurs(part, a));
  }

  private Optional<Step> part(@Nullable Part good, Part bad, @Nullable Part head) {
    if (good == null) {
      return owns(bad) ? Optional.of(clash("the release added " + bad.name())) : Optional.empty();
    }
    Outline.Difference release = bad.outline().to(good.outline());
    if (release.isNone()) {
      return Optional.empty();
    }
    Optional<String> taboo = scope.taboo(bad);
    if (taboo.isPresent()) {
      return Optional.of(stuck(BlockReason.SharedFile, taboo.get()));
    }
    for (Address address : release.reshaped()) {
      if (scope.isOurs(bad, address)) {
        return Optional.of(clash("the release added or removed " + address));
      }
    }
    for (Outline.Change change : release.changes()) {
      if (scope.isOurs(bad, change.address())) {
        Optional<Step> obstacle =
            head == null
                ? Optional.of(new Step.Moved(bad.name() + " is not in '" + file + "' any more"))
                : value(change, bad, head);
        if (obstacle.isPresent()) {
          return obstacle;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Step> value(Outline.Change change, Part bad, Part head) {
    Address address = change.address();
    Outline now = head.outline();
    if (!now.lengthsOn(address).equals(bad.outline().lengthsOn(address))) {
      return Optional.of(clash("a list around " + address + " got another length since"));
    }
    Outline.Item item = now.items().get(address);
    boolean isGood = item != null && item.scalar().equals(Optional.of(change.to()));
    boolean isBad = item != null && item.scalar().equals(Optional.of(change.from()));
    if (item != null && isBad) {
      edits.add(new Edit(head.document(), item.pointer().toString(), change));
    } else if (!isGood && scope.decides(bad, address)) {
      return Optional.of(
          new Step.Moved(
              "%s of %s in '%s' is neither the failed value %s nor the last good one"
                  .formatted(address, bad.name(), file, change.from())));
    }
    return Optional.empty();
  }

  private Step written(byte[] head, Tree.Entry entry, Tree tree) {
    byte[] bytes = head;
    List<Plan.Field> fields = new ArrayList<>();
    for (Edit edit : edits) {
      switch (ScalarEditor.edit(
          bytes, edit.document, edit.pointer, edit.change.from(), edit.change.to())) {
        case EditResult.Edited(var edited) -> bytes = edited;
        case EditResult.Unchanged() -> {}
        case EditResult.Refused(var reason) -> {
          return stuck(BlockReason.UnsupportedFile, reason);
        }
      }
      fields.add(new Plan.Field(file, edit.pointer, edit.change.from(), edit.change.to()));
    }
    return new Step.Written(
        new Tree.Entry(entry.kind(), tree.idOf(bytes)), bytes, Plan.Level.Field, fields);
  }

  private Step clash(String why) {
    return new Step.Clash("'" + file + "': " + why);
  }

  private Step stuck(BlockReason reason, String message) {
    return new Step.Stuck(
        new Plan.Blocked(
            reason, "no single value of '%s' can go back: %s".formatted(file, message)));
  }
}
