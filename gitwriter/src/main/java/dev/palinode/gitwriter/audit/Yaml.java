package dev.palinode.gitwriter.audit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads YAML as plain values and steps into them. */
final class Yaml {
  private static final int MAX_DEPTH = 60;
  private static final int MAX_ALIASES = 25;
  private static final LoadSettings SETTINGS =
      LoadSettings.builder()
          .setAllowDuplicateKeys(false)
          .setAllowRecursiveKeys(false)
          .setMaxAliasesForCollections(MAX_ALIASES)
          .setCodePointLimit(Content.MAX_BYTES)
          .build();

  private Yaml() {}

  static boolean isManifest(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.matches("(?i).*\\.(yaml|yml|json)|kustomization");
  }

  /** The documents, or empty if it is no YAML. Items of a List count as documents. */
  static Optional<List<Object>> documents(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    try {
      List<Object> all = new ArrayList<>();
      for (Object document :
          new Load(SETTINGS)
              .loadAllFromString(text.startsWith("\uFEFF") ? text.substring(1) : text)) {
        if (document == null) {
          continue;
        }
        if (depth(document, 0) > MAX_DEPTH) {
          return Optional.empty();
        }
        if (text(document, "kind").endsWith("List") && at(document, "items") instanceof List<?> l) {
          l.stream().filter(item -> item != null).forEach(all::add);
        } else {
          all.add(document);
        }
      }
      return Optional.of(all);
    } catch (YamlEngineException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static int depth(@Nullable Object value, int here) {
    if (here > MAX_DEPTH) {
      return here;
    }
    int deepest = here;
    if (value instanceof Map<?, ?> map) {
      for (Object child : map.values()) {
        deepest = Math.max(deepest, depth(child, here + 1));
      }
    } else if (value instanceof List<?> list) {
      for (Object child : list) {
        deepest = Math.max(deepest, depth(child, here + 1));
      }
    }
    return deepest;
  }

  static @Nullable Object at(@Nullable Object value, String... keys) {
    @Nullable Object here = value;
    for (String key : keys) {
      here = here instanceof Map<?, ?> map ? map.get(key) : null;
    }
    return here;
  }

  /** The text there, or "" if there is none. */
  static String text(@Nullable Object value, String... keys) {
    return at(value, keys) instanceof String s ? s : "";
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

  /** What tells one object of a file from another. */
  static String identity(Object document) {
    String version = text(document, "apiVersion");
    String group = version.contains("/") ? version.substring(0, version.indexOf('/')) : "";
    return String.join(
        "/",
        group,
        text(document, "kind"),
        text(document, "metadata", "namespace"),
        text(document, "metadata", "name"));
  }
}
