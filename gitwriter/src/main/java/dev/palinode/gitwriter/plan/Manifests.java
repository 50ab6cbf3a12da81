package dev.palinode.gitwriter.plan;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Files as models: parses each content once, whatever trees it is in. Hostile YAML is a problem.
 */
final class Manifests {
  private static final int MAX_BYTES = 3 << 20;
  private static final int MAX_DEPTH = 60;
  // Bounds how far nested aliases can multiply: a model is compared as if they were written out.
  private static final int MAX_ALIASES = 25;

  /** The documents of one file, or why there are none. */
  record Parsed(List<Object> documents, @Nullable String problem) {}

  private final Map<String, Parsed> byContent = new HashMap<>();

  static boolean looksLikeManifest(String path) {
    String name = TreePath.name(path).toLowerCase(Locale.ROOT);
    return name.endsWith(".yaml")
        || name.endsWith(".yml")
        || name.endsWith(".json")
        || name.equals("kustomization");
  }

  Parsed of(Tree tree, Tree.Entry entry) {
    if (!entry.isPlainFile()) {
      return new Parsed(List.of(), "it is a " + entry.kind());
    }
    return byContent.computeIfAbsent(entry.id(), _ -> parse(tree.bytes(entry, MAX_BYTES)));
  }

  /** Documents of a text that stands inside another file, such as an inline patch. */
  Parsed ofText(String text) {
    return parse(Optional.of(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static Parsed parse(Optional<byte[]> bytes) {
    if (bytes.isEmpty()) {
      return new Parsed(List.of(), "it is larger than 3 MiB");
    }
    String text = new String(bytes.get(), StandardCharsets.UTF_8);
    if (text.startsWith("\uFEFF")) {
      text = text.substring(1);
    }
    LoadSettings settings =
        LoadSettings.builder()
            .setAllowDuplicateKeys(false)
            .setAllowRecursiveKeys(false)
            .setMaxAliasesForCollections(MAX_ALIASES)
            .setCodePointLimit(MAX_BYTES)
            // snakeyaml-engine 3.0.1 throws where its buffer ends inside a surrogate pair.
            .setBufferSize(text.length() + 16)
            .build();
    try {
      List<Object> documents = new ArrayList<>();
      for (Object document : new Load(settings).loadAllFromString(text)) {
        if (document != null) {
          checkDepth(document, 0);
          documents.add(document);
        }
      }
      return new Parsed(List.copyOf(documents), null);
    } catch (YamlEngineException | IllegalArgumentException e) {
      String first = String.valueOf(e.getMessage()).lines().findFirst().orElse("not YAML");
      return new Parsed(List.of(), first);
    }
  }

  private static void checkDepth(@Nullable Object value, int depth) {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException("nested too deeply, or it contains itself");
    }
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, v) -> {
        checkDepth(key, depth + 1);
        checkDepth(v, depth + 1);
      });
    } else if (value instanceof Iterable<?> list) {
      list.forEach(v -> checkDepth(v, depth + 1));
    }
  }
}
