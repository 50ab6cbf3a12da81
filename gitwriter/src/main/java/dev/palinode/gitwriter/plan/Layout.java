package dev.palinode.gitwriter.plan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The objects that a folder yields and the kustomizations above each, found the way Flux and
 * kustomize find them: a kustomization decides for its folder, without one every manifest counts.
 */
final class Layout {
  private static final int MAX_DEPTH = 20;

  /**
   * An object and where it stands.
   *
   * @param layers kustomizations that apply to it, innermost first
   */
  record Placed(String file, Map<?, ?> model, List<Kustomization> layers) {
    String kind() {
      return Model.text(model, "kind").orElse("");
    }

    String group() {
      return Model.group(Model.text(model, "apiVersion").orElse(""));
    }

    /** The name as written in the file. */
    String writtenName() {
      return Model.text(model, "metadata", "name").orElse("");
    }

    /** The name in the cluster. */
    String name() {
      String name = writtenName();
      for (Kustomization layer : layers) {
        name = layer.renamed(name);
      }
      return name;
    }

    /** The namespace in the cluster, as far as the repository says one. */
    Optional<String> namespace() {
      Optional<String> namespace = Model.text(model, "metadata", "namespace");
      for (Kustomization layer : layers) {
        if (layer.namespace().isPresent()) {
          namespace = layer.namespace();
        }
      }
      return namespace;
    }
  }

  private final Tree tree;
  private final Manifests manifests;
  private final List<Placed> objects = new ArrayList<>();
  private final SortedMap<String, String> unreadable = new TreeMap<>();
  private final Set<String> visited = new HashSet<>();
  private final String root;
  private boolean selfContained = true;

  private Layout(Tree tree, String root, Manifests manifests) {
    this.tree = tree;
    this.root = root;
    this.manifests = manifests;
  }

  static Layout read(Tree tree, String folder, Manifests manifests) {
    Layout layout = new Layout(tree, folder, manifests);
    layout.folder(folder, List.of());
    return layout;
  }

  List<Placed> objects() {
    return objects;
  }

  /** Manifests that could not be read, and why. */
  SortedMap<String, String> unreadable() {
    return unreadable;
  }

  /** True if no kustomization led out of the folder. */
  boolean isSelfContained() {
    return selfContained;
  }

  private void folder(String folder, List<Kustomization> outer) {
    selfContained &= TreePath.isInside(folder, root);
    if (!visited.add(folder) || outer.size() > MAX_DEPTH) {
      return;
    }
    Optional<Kustomization> own = Kustomization.in(tree, folder, manifests);
    if (own.isPresent()) {
      kustomized(own.get(), outer);
    } else {
      plain(folder, outer);
    }
  }

  private void kustomized(Kustomization own, List<Kustomization> outer) {
    List<Kustomization> layers = new ArrayList<>();
    List<String> listed = new ArrayList<>(own.resources());
    for (String folder : own.components()) {
      selfContained &= TreePath.isInside(folder, root);
      Kustomization.in(tree, folder, manifests)
          .ifPresent(component -> {
            layers.add(component);
            listed.addAll(component.resources());
          });
    }
    layers.add(own);
    layers.addAll(outer);
    for (String path : listed) {
      Optional<Tree.Entry> entry = tree.at(path);
      if (entry.isPresent()) {
        file(path, entry.get(), layers);
      } else {
        folder(path, layers);
      }
    }
  }

  private void plain(String folder, List<Kustomization> outer) {
    SortedMap<String, Tree.Entry> files = tree.under(folder);
    Set<String> kustomized = new HashSet<>();
    for (String path : files.keySet()) {
      String parent = TreePath.parent(path);
      if (Kustomization.NAMES.contains(TreePath.name(path))
          && !parent.equals(folder)
          && Kustomization.in(tree, parent, manifests).isPresent()) {
        kustomized.add(parent);
      }
    }
    files.forEach((path, entry) -> {
      Optional<String> decider = outermost(path, folder, kustomized);
      if (decider.isPresent()) {
        folder(decider.get(), outer);
      } else if (Manifests.looksLikeManifest(path)) {
        file(path, entry, outer);
      }
    });
  }

  private static Optional<String> outermost(String path, String folder, Set<String> kustomized) {
    Optional<String> found = Optional.empty();
    String parent = TreePath.parent(path);
    while (!parent.equals(folder) && !parent.isEmpty()) {
      if (kustomized.contains(parent)) {
        found = Optional.of(parent);
      }
      parent = TreePath.parent(parent);
    }
    return found;
  }

  private void file(String path, Tree.Entry entry, List<Kustomization> layers) {
    selfContained &= TreePath.isInside(path, root);
    Manifests.Parsed parsed = manifests.of(tree, entry);
    if (parsed.problem() != null) {
      unreadable.put(path, parsed.problem());
    }
    for (Object document : parsed.documents()) {
      for (Object object : Model.objects(document)) {
        if (object instanceof Map<?, ?> map && Model.text(map, "kind").isPresent()) {
          objects.add(new Placed(path, map, List.copyOf(layers)));
        }
      }
    }
  }
}
