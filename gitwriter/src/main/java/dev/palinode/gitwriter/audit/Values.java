package dev.palinode.gitwriter.audit;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether every value of a model stands, at its place, in one of two other models. */
final class Values {
  private Values() {}

  /** The first place whose value is neither before's nor good's, as a JSON pointer. */
  static Optional<String> stranger(List<Object> before, List<Object> good, List<Object> after) {
    for (int i = 0; i < after.size(); i++) {
      Object document = after.get(i);
      Optional<String> found =
          stranger("", document, partner(before, document, i), partner(good, document, i));
      if (found.isPresent()) {
        return Optional.of(Yaml.text(document, "kind") + found.get());
      }
    }
    return Optional.empty();
  }

  private static @Nullable Object partner(List<Object> documents, Object document, int index) {
    String identity = Yaml.identity(document);
    if (identity.equals("///")) {
      return index < documents.size() ? documents.get(index) : null;
    }
    return documents.stream()
        .filter(d -> Yaml.identity(d).equals(identity))
        .findFirst()
        .orElse(null);
  }

  private static Optional<String> stranger(
      String at, @Nullable Object after, @Nullable Object before, @Nullable Object good) {
    if (Objects.equals(after, before) || Objects.equals(after, good)) {
      return Optional.empty();
    }
    if (after instanceof Map<?, ?> map && (before instanceof Map || good instanceof Map)) {
      for (var entry : map.entrySet()) {
        String key = String.valueOf(entry.getKey());
        Optional<String> found =
            stranger(
                at + "/" + key.replace("~", "~0").replace("/", "~1"),
                entry.getValue(),
                child(before, entry.getKey()),
                child(good, entry.getKey()));
        if (found.isPresent()) {
          return found;
        }
      }
      return Optional.empty();
    }
    if (after instanceof List<?> list && (before instanceof List || good instanceof List)) {
      for (int i = 0; i < list.size(); i++) {
        Optional<String> found =
            stranger(at + "/" + i, list.get(i), item(before, list, i), item(good, list, i));
        if (found.isPresent() && !holds(before, list.get(i)) && !holds(good, list.get(i))) {
          return found;
        }
      }
      return Optional.empty();
    }
    return Optional.of(at);
  }

  private static @Nullable Object child(@Nullable Object value, @Nullable Object key) {
    // A key that is there without a value is not the same as one that is absent.
    return value instanceof Map<?, ?> map && map.containsKey(key)
        ? Objects.requireNonNullElse(map.get(key), "null")
        : Absent.HERE;
  }

  private enum Absent {
    HERE
  }

  /** The item of the same name if items have names, else the one at the same index. */
  private static @Nullable Object item(@Nullable Object value, List<?> list, int index) {
    if (!(value instanceof List<?> items)) {
      return Absent.HERE;
    }
    String name = Yaml.text(list.get(index), "name");
    if (!name.isEmpty()) {
      for (Object item : items) {
        if (Yaml.text(item, "name").equals(name)) {
          return item;
        }
      }
      return Absent.HERE;
    }
    return index < items.size() ? items.get(index) : Absent.HERE;
  }

  private static boolean holds(@Nullable Object value, @Nullable Object item) {
    return value instanceof List<?> items && items.contains(item);
  }
}
