package dev.palinode.gitwriter.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Steps into parsed YAML that answer empty where the shape is not the expected one. */
final class Model {
  private Model() {}

  static @Nullable Object at(@Nullable Object value, String... keys) {
    @Nullable Object here = value;
    for (String key : keys) {
      here = here instanceof Map<?, ?> map ? map.get(key) : null;
    }
    return here;
  }

  static Optional<String> text(@Nullable Object value, String... keys) {
    return at(value, keys) instanceof String s ? Optional.of(s) : Optional.empty();
  }

  /** As text whatever scalar it is: an unquoted tag 2.10 is a number to YAML, a tag to people. */
  static Optional<String> scalar(@Nullable Object value, String... keys) {
    @Nullable Object found = at(value, keys);
    return found == null || found instanceof Map<?, ?> || found instanceof List<?>
        ? Optional.empty()
        : Optional.of(found.toString());
  }

  static List<Object> list(@Nullable Object value, String... keys) {
    List<Object> all = new ArrayList<>();
    if (at(value, keys) instanceof List<?> list) {
      for (Object item : list) {
        if (item != null) {
          all.add(item);
        }
      }
    }
    return all;
  }

  static List<String> texts(@Nullable Object value, String... keys) {
    return list(value, keys).stream()
        .filter(String.class::isInstance)
        .map(String.class::cast)
        .toList();
  }

  /** Group of an apiVersion: "apps" of "apps/v1", "" of "v1". */
  static String group(String apiVersion) {
    int slash = apiVersion.indexOf('/');
    return slash < 0 ? "" : apiVersion.substring(0, slash);
  }

  /** The objects of a document: itself, or the items of a List. */
  static List<Object> objects(Object document) {
    boolean isList = text(document, "kind").orElse("").endsWith("List");
    return isList && at(document, "items") != null ? list(document, "items") : List.of(document);
  }
}
