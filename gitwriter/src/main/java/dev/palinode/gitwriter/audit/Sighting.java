package dev.palinode.gitwriter.audit;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The target as one commit defines it, and what its pods name.
 *
 * @param definitions how often it is defined
 * @param configs ConfigMaps and Secrets of its template, as "ConfigMap/name"
 * @param images image names without tag or digest
 * @param labels of its pods
 * @param writtenNames its name as it stands in files, before prefixes and suffixes
 */
record Sighting(
    int definitions,
    Set<String> configs,
    Set<String> images,
    Map<?, ?> labels,
    Set<String> writtenNames) {
  private static final int MAX_FILES = 5_000;
  private static final int MAX_BYTES = 3 << 20;

  /** Looks below {@code folder} and wherever kustomizations lead from there. */
  static Sighting of(Snapshot tree, String folder, Target target) throws IOException {
    List<Object> documents = documents(tree, folder);
    Set<String> affixes = new HashSet<>();
    Set<String> namespaces = new HashSet<>(Set.of(target.namespace(), ""));
    for (Object document : documents) {
      if (Kustomize.isModel(document)) {
        affixes.add(Yaml.text(document, "namePrefix"));
        affixes.add(Yaml.text(document, "nameSuffix"));
        if (Yaml.text(document, "namespace").equals(target.namespace())) {
          // Whatever namespace a file names, this kustomization puts the target's in its place.
          documents.forEach(d -> namespaces.add(Yaml.text(d, "metadata", "namespace")));
        }
      }
    }
    affixes.remove("");
    int definitions = 0;
    Set<String> configs = new TreeSet<>();
    Set<String> images = new TreeSet<>();
    Set<String> names = new TreeSet<>(Set.of(target.name()));
    Map<?, ?> labels = Map.of();
    for (Object document : documents) {
      String name = Yaml.text(document, "metadata", "name");
      if (Yaml.text(document, "kind").equals(target.kind())
          && isName(name, target.name(), affixes)
          && namespaces.contains(Yaml.text(document, "metadata", "namespace"))) {
        @Nullable Object template = Yaml.at(document, "spec", "template");
        definitions += Yaml.list(template, "spec", "containers").isEmpty() ? 0 : 1;
        names.add(name);
        collect(template, configs, images);
        if (Yaml.at(template, "metadata", "labels") instanceof Map<?, ?> own) {
          labels = own;
        }
      }
    }
    return new Sighting(definitions, configs, images, labels, names);
  }

  private static boolean isName(String written, String wanted, Set<String> affixes) {
    return written.equals(wanted)
        || (!written.isEmpty()
            && wanted.contains(written)
            && affixes.stream().anyMatch(wanted::contains));
  }

  private static List<Object> documents(Snapshot tree, String folder) throws IOException {
    List<Object> all = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(folder));
    while (!open.isEmpty() && seen.size() < MAX_FILES) {
      String next = open.removeFirst();
      Optional<Snapshot.Entry> file = tree.at(next);
      List<String> files = file.isPresent() ? List.of(next) : tree.under(next).orElse(List.of());
      for (String path : files) {
        if (Yaml.isManifest(path) && seen.add(path)) {
          for (Object document : read(tree, path)) {
            all.add(document);
            if (Kustomize.isFile(path) && Kustomize.isModel(document)) {
              Kustomize.drawsIn(path, document).stream()
                  .filter(p -> !seen.contains(p) && seen.add("> " + p))
                  .forEach(open::addLast);
            }
          }
        }
      }
    }
    return all;
  }

  private static List<Object> read(Snapshot tree, String path) throws IOException {
    Optional<Snapshot.Entry> entry = tree.at(path).filter(Snapshot.Entry::isPlainFile);
    Optional<byte[]> bytes =
        entry.isPresent() ? tree.bytes(entry.get(), MAX_BYTES) : Optional.empty();
    return bytes.flatMap(Yaml::documents).orElse(List.of());
  }

  /** Names of configs and images, wherever in a template they stand. */
  private static void collect(@Nullable Object value, Set<String> configs, Set<String> images) {
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, child) -> {
        String kind = String.valueOf(key).startsWith("configMap") ? "ConfigMap" : "Secret";
        switch (String.valueOf(key)) {
          case "configMap", "configMapRef", "configMapKeyRef" -> add(configs, kind, child, "name");
          case "secretRef", "secretKeyRef" -> add(configs, kind, child, "name");
          case "secret" -> {
            add(configs, kind, child, "secretName");
            add(configs, kind, child, "name");
          }
          case "imagePullSecrets" ->
              Yaml.list(map, "imagePullSecrets").forEach(s -> add(configs, kind, s, "name"));
          case "image" -> images.add(imageName(String.valueOf(child)));
          default -> {}
        }
        collect(child, configs, images);
      });
    } else if (value instanceof List<?> list) {
      list.forEach(item -> collect(item, configs, images));
    }
  }

  private static void add(Set<String> configs, String kind, @Nullable Object at, String key) {
    if (!Yaml.text(at, key).isEmpty()) {
      configs.add(kind + "/" + Yaml.text(at, key));
    }
  }

  private static String imageName(String image) {
    int at = image.indexOf('@');
    String name = at < 0 ? image : image.substring(0, at);
    int colon = name.indexOf(':', name.lastIndexOf('/') + 1);
    return colon < 0 ? name : name.substring(0, colon);
  }
}
