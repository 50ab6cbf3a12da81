package dev.palinode.gitwriter.audit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Whether what a commit changed belongs to the object that it says it takes back. */
final class Ownership {
  private static final Set<String> CLUSTER_SCOPED =
      Set.of(
          "Namespace",
          "ClusterRole",
          "ClusterRoleBinding",
          "CustomResourceDefinition",
          "StorageClass",
          "PersistentVolume",
          "PriorityClass");

  private final Snapshot before;
  private final Snapshot good;
  private final Snapshot after;
  private final Target target;

  Ownership(Snapshot before, Snapshot good, Snapshot after, Target target) {
    this.before = before;
    this.good = good;
    this.after = after;
    this.target = target;
  }

  /**
   * @param stated folder and files that the commit says it may change, folder first; may be empty
   * @param allowed folders and files that the owner allows; empty: no limit of his
   */
  List<String> problems(List<String> changed, List<String> stated, List<String> allowed)
      throws IOException {
    List<String> problems = new ArrayList<>();
    for (String file : changed) {
      if (!allowed.isEmpty() && allowed.stream().noneMatch(p -> isInside(file, p))) {
        problems.add("changes '" + file + "', which is outside " + allowed);
      }
      if (!stated.isEmpty() && stated.stream().noneMatch(p -> isInside(file, p))) {
        problems.add("changes '" + file + "', which is outside its own Rollback-Path " + stated);
      }
    }
    Optional<String> folder = folder(changed, stated);
    if (folder.isEmpty()) {
      problems.add(
          "no folder above the changed files defines " + target + " at the last good commit");
      return problems;
    }
    Sighting there = Sighting.of(good, folder.get(), target);
    if (there.definitions() == 0) {
      problems.add(
          "'%s' does not define %s at the last good commit".formatted(folder.get(), target));
      return problems;
    }
    Sighting now = Sighting.of(before, folder.get(), target);
    for (String file : changed) {
      if (stated.isEmpty() && !isInside(file, folder.get())) {
        problems.add("changes '" + file + "', which is outside '" + folder.get() + "'");
      }
      stranger(file, there, now)
          .ifPresent(s -> problems.add("changes " + s + " in '" + file + "', not of " + target));
    }
    return problems;
  }

  static boolean isInside(String file, String path) {
    String folder = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    return folder.isEmpty()
        || folder.equals(".")
        || file.equals(folder)
        || file.startsWith(folder + "/");
  }

  /** The app's folder: as stated, or the nearest one above the files that defines the target. */
  private Optional<String> folder(List<String> changed, List<String> stated) throws IOException {
    if (!stated.isEmpty()) {
      String first = stated.getFirst();
      return Optional.of(first.equals(".") ? "" : first.replaceAll("/+$", ""));
    }
    Optional<String> deepest = Optional.empty();
    for (String file : changed) {
      Optional<String> found = above(file);
      if (found.isPresent() && found.get().length() >= deepest.map(String::length).orElse(0)) {
        deepest = found;
      }
    }
    return deepest;
  }

  private Optional<String> above(String file) throws IOException {
    String folder = file;
    while (!folder.isEmpty()) {
      folder = parent(folder);
      if (Sighting.of(good, folder, target).definitions() > 0) {
        return Optional.of(folder);
      }
    }
    return Optional.empty();
  }

  private static String parent(String path) {
    return path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "";
  }

  /** Something that the commit changed in a file and that is another app's. */
  private Optional<String> stranger(String file, Sighting there, Sighting now) throws IOException {
    if (!Yaml.isManifest(file)) {
      return Optional.empty();
    }
    Map<String, Object> was = read(before, file);
    Map<String, Object> is = read(after, file);
    Set<String> identities = new TreeSet<>(was.keySet());
    identities.addAll(is.keySet());
    for (String identity : identities) {
      @Nullable Object a = was.get(identity);
      @Nullable Object b = is.get(identity);
      if (!Objects.equals(a, b)) {
        for (@Nullable Object document : new Object[] {a, b}) {
          if (document != null && isStrange(document, there, now)) {
            return Optional.of(
                Yaml.text(document, "kind") + " " + Yaml.text(document, "metadata", "name"));
          }
        }
        Optional<String> image = strangeImage(a, b, there, now);
        if (image.isPresent()) {
          return image;
        }
      }
    }
    return Optional.empty();
  }

  private static Map<String, Object> read(Snapshot tree, String file) throws IOException {
    Optional<Snapshot.Entry> entry = tree.at(file).filter(Snapshot.Entry::isPlainFile);
    Optional<byte[]> bytes =
        entry.isPresent() ? tree.bytes(entry.get(), Content.MAX_BYTES) : Optional.empty();
    Map<String, Object> all = new LinkedHashMap<>();
    for (Object document : bytes.flatMap(Yaml::documents).orElse(List.of())) {
      String identity = Yaml.identity(document);
      for (int i = 1; all.putIfAbsent(identity, document) != null; i++) {
        identity = Yaml.identity(document) + "#" + i;
      }
    }
    return all;
  }

  private boolean isStrange(Object document, Sighting there, Sighting now) {
    String kind = Yaml.text(document, "kind");
    String name = Yaml.text(document, "metadata", "name");
    if (kind.isEmpty() || Kustomize.isModel(document)) {
      return false;
    }
    boolean isOwnName = there.writtenNames().contains(name) || now.writtenNames().contains(name);
    if (kind.equals(target.kind()) && isOwnName) {
      return isElsewhere(document);
    }
    if (isElsewhere(document) || CLUSTER_SCOPED.contains(kind) || kind.equals("Kustomization")) {
      return true;
    }
    boolean hasPods =
        !Yaml.list(document, "spec", "template", "spec", "containers").isEmpty()
            || !Yaml.list(document, "spec", "containers").isEmpty()
            || Yaml.at(document, "spec", "jobTemplate") != null;
    String aim =
        Yaml.text(document, "spec", "scaleTargetRef", "name")
            + Yaml.text(document, "spec", "targetRef", "name");
    boolean aimsElsewhere =
        !aim.isEmpty() && !there.writtenNames().contains(aim) && !now.writtenNames().contains(aim);
    return hasPods
        || aimsElsewhere
        || switch (kind) {
          case "ConfigMap", "Secret" ->
              !there.configs().contains(kind + "/" + name)
                  && !now.configs().contains(kind + "/" + name);
          case "Service" -> !selects(document, there) && !selects(document, now);
          default -> false;
        };
  }

  /** A namespace that a kustomization replaces may be any; then the name decides. */
  private boolean isElsewhere(Object document) {
    String namespace = Yaml.text(document, "metadata", "namespace");
    return !namespace.isEmpty() && !namespace.equals(target.namespace());
  }

  private static boolean selects(Object service, Sighting sighting) {
    return Yaml.at(service, "spec", "selector") instanceof Map<?, ?> selector
        && sighting.labels().entrySet().containsAll(selector.entrySet());
  }

  /** An entry of a kustomization's images that changed and that no pod of the target runs. */
  private static Optional<String> strangeImage(
      @Nullable Object a, @Nullable Object b, Sighting there, Sighting now) {
    if (a == null || b == null || !Kustomize.isModel(a)) {
      return Optional.empty();
    }
    Map<String, Object> was = images(a);
    Map<String, Object> is = images(b);
    Set<String> names = new TreeSet<>(was.keySet());
    names.addAll(is.keySet());
    return names.stream()
        .filter(n -> !Objects.equals(was.get(n), is.get(n)))
        .filter(n -> !there.images().contains(n) && !now.images().contains(n))
        .map(n -> "image " + n)
        .findFirst();
  }

  private static Map<String, Object> images(Object kustomization) {
    Map<String, Object> all = new HashMap<>();
    Yaml.list(kustomization, "images").forEach(i -> all.put(Yaml.text(i, "name"), i));
    return all;
  }
}
