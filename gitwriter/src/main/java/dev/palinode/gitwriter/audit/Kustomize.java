package dev.palinode.gitwriter.audit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** As much of kustomize as it takes to know which files a folder draws in, and what it renames. */
final class Kustomize {
  static final List<String> NAMES =
      List.of("kustomization.yaml", "kustomization.yml", "Kustomization");
  private static final List<String> LISTS = List.of("resources", "bases", "components");

  private Kustomize() {}

  static boolean isFile(String path) {
    return NAMES.contains(path.substring(path.lastIndexOf('/') + 1));
  }

  /** Kustomize's own file, not the Flux object of the same kind. */
  static boolean isModel(Object document) {
    String kind = Yaml.text(document, "kind");
    String version = Yaml.text(document, "apiVersion");
    return document instanceof Map
        && (kind.isEmpty() || kind.equals("Kustomization") || kind.equals("Component"))
        && (version.isEmpty() || version.startsWith("kustomize.config.k8s.io/"));
  }

  /** Files and folders that it lists, relative to the root. */
  static List<String> drawsIn(String file, Object model) {
    String folder = file.contains("/") ? file.substring(0, file.lastIndexOf('/')) : "";
    List<String> all = new ArrayList<>();
    for (String key : LISTS) {
      for (Object entry : Yaml.list(model, key)) {
        if (entry instanceof String path) {
          resolve(folder, path).ifPresent(all::add);
        }
      }
    }
    return all;
  }

  private static Optional<String> resolve(String folder, String path) {
    if (path.startsWith("/") || path.contains("://") || path.contains("\n")) {
      return Optional.empty();
    }
    Deque<String> parts = new ArrayDeque<>();
    for (String part : (folder + "/" + path).split("/")) {
      if (part.equals("..")) {
        if (parts.pollLast() == null) {
          return Optional.empty();
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    return Optional.of(String.join("/", parts));
  }
}
