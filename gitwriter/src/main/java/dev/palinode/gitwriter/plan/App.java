package dev.palinode.gitwriter.plan;

import dev.palinode.crds.RevertSpec.ObjectRef;
import dev.palinode.gitwriter.edit.Part;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The app as one tree defines it: its object, its template, and the files that belong to it or to
 * somebody else as well.
 */
public final class App {
  private static final Set<String> CLUSTER_SCOPED =
      Set.of(
          "Namespace",
          "ClusterRole",
          "ClusterRoleBinding",
          "CustomResourceDefinition",
          "StorageClass",
          "PersistentVolume",
          "PriorityClass");

  private final Layout layout;
  private final List<Layout.Placed> found;
  private final ObjectRef object;
  private final Tree tree;
  private final Manifests manifests;

  private App(
      Layout layout, List<Layout.Placed> found, ObjectRef object, Tree tree, Manifests manifests) {
    this.layout = layout;
    this.found = found;
    this.object = object;
    this.tree = tree;
    this.manifests = manifests;
  }

  static App read(Tree tree, String path, ObjectRef object, Manifests manifests) {
    Layout layout = Layout.read(tree, path, manifests);
    List<Layout.Placed> found = layout.objects().stream().filter(p -> is(p, object)).toList();
    return new App(layout, found, object, tree, manifests);
  }

  /**
   * What one tree says about the object.
   *
   * @param images by container; empty unless the object is there exactly once
   * @param isSelfContained true if nothing outside the folder was looked at, so that an equal
   *     folder gives an equal answer
   */
  public record Sighting(Map<String, String> images, boolean isSelfContained) {}

  /** Looks for the object below {@code path}. */
  public static Sighting sight(Tree tree, String path, ObjectRef object) {
    App app = read(tree, path, object, new Manifests());
    return new Sighting(
        app.isThere() ? app.template().images() : Map.of(), app.layout.isSelfContained());
  }

  private static boolean is(Layout.Placed placed, ObjectRef object) {
    return placed.kind().equals(object.kind())
        && placed.group().equals(Model.group(object.apiVersion()))
        && placed.name().equals(object.name())
        && placed.namespace().map(object.namespace()::equals).orElse(true);
  }

  boolean isThere() {
    return found.size() == 1 && !isUnreadable();
  }

  /** True if no manifest that can be read defines it. */
  boolean isNowhere() {
    return found.isEmpty();
  }

  /** Why the object is not there exactly once, as the end of a sentence. */
  String absence() {
    if (found.size() > 1) {
      return "defines it "
          + found.size()
          + " times, in "
          + found.stream().map(Layout.Placed::file).toList();
    }
    return layout.unreadable().isEmpty()
        ? "does not define it"
        : "could not be read: " + layout.unreadable();
  }

  boolean isAmbiguous() {
    return found.size() > 1;
  }

  /** A kustomization that cannot be read hides what it does to an object that can. */
  boolean isUnreadable() {
    return layout.unreadable().keySet().stream()
        .anyMatch(f -> found.isEmpty() || Kustomization.NAMES.contains(TreePath.name(f)));
  }

  Template template() {
    return Template.of(target(), tree, manifests);
  }

  /** Settings of the kustomizations above the object: equal ones render equal templates alike. */
  List<Map<String, Object>> settings() {
    return target().layers().stream().map(Kustomization::settings).toList();
  }

  private Layout.Placed target() {
    return found.getFirst();
  }

  /** Files whose content makes the template. */
  Set<String> templateFiles() {
    Set<String> files = new TreeSet<>();
    files.add(target().file());
    for (Kustomization layer : target().layers()) {
      files.add(layer.file());
      for (var patch : patches(layer)) {
        if (patch.named()) {
          patch.file().ifPresent(files::add);
        }
      }
    }
    return files;
  }

  /** Every file that belongs to the app, wherever it stands. */
  Set<String> ownedFiles() {
    Set<String> files = templateFiles();
    Set<String> named = references();
    for (Layout.Placed placed : layout.objects()) {
      if (named.contains(placed.kind() + "/" + placed.writtenName())) {
        files.add(placed.file());
      }
    }
    for (Kustomization layer : target().layers()) {
      files.addAll(layer.generatorInputs(named));
    }
    return files;
  }

  /** The ConfigMaps and Secrets that the template names. */
  Set<String> references() {
    Set<String> named =
        new LinkedHashSet<>(References.of(Model.at(target().model(), "spec", "template")));
    for (Kustomization layer : target().layers()) {
      for (var patch : patches(layer)) {
        patch
            .documents()
            .forEach(d -> named.addAll(References.of(Model.at(d, "spec", "template"))));
      }
    }
    return named;
  }

  private List<Kustomization.Patch> patches(Kustomization layer) {
    return layer.patches(tree, manifests, target().kind(), target().writtenName());
  }

  /** What else stands in a file and belongs to another app; empty if the file is ours alone. */
  Optional<String> stranger(String file) {
    Optional<Tree.Entry> entry = tree.at(file);
    if (entry.isEmpty() || !Manifests.looksLikeManifest(file)) {
      return Optional.empty();
    }
    for (Layout.Placed other : layout.objects()) {
      if (isOtherWorkload(other)
          && other.layers().stream().anyMatch(layer -> layer.file().equals(file))) {
        return Optional.of(other.kind() + " " + other.name());
      }
    }
    return objects(entry.get()).stream()
        .filter(this::isStrange)
        .map(o ->
            Model.text(o, "kind").orElse("object")
                + " "
                + Model.text(o, "metadata", "name").orElse("?"))
        .findFirst();
  }

  private List<Map<?, ?>> objects(Tree.Entry entry) {
    List<Map<?, ?>> objects = new ArrayList<>();
    for (Object document : manifests.of(tree, entry).documents()) {
      for (Object object : Model.objects(document)) {
        if (object instanceof Map<?, ?> map) {
          objects.add(map);
        }
      }
    }
    return objects;
  }

  /** The objects in a file that are the app's alone, as {@link Part#name} names them. */
  Set<String> ownParts(String file) {
    return parts(file, model -> !isStrange(model));
  }

  /** The configuration in a file that the app has in common with others. */
  Set<String> contestedParts(String file) {
    Set<String> named = references();
    return parts(
        file,
        model ->
            isStrange(model)
                && named.contains(
                    Model.text(model, "kind").orElse("")
                        + "/"
                        + Model.text(model, "metadata", "name").orElse("")));
  }

  private Set<String> parts(String file, Predicate<Map<?, ?>> test) {
    Set<String> names = new TreeSet<>();
    for (Map<?, ?> model : tree.at(file).map(this::objects).orElse(List.of())) {
      if (Model.text(model, "kind").isPresent() && test.test(model)) {
        names.add(
            Part.name(
                Model.text(model, "kind").orElse(""),
                Model.group(Model.text(model, "apiVersion").orElse("")),
                Model.text(model, "metadata", "namespace").orElse(""),
                Model.text(model, "metadata", "name").orElse("")));
      }
    }
    return names;
  }

  /** The target's own part of its file. */
  String targetPart() {
    return Part.name(
        target().kind(),
        target().group(),
        Model.text(target().model(), "metadata", "namespace").orElse(""),
        target().writtenName());
  }

  /** True if the file is a kustomization above the object. */
  boolean isKustomization(String file) {
    return target().layers().stream().anyMatch(layer -> layer.file().equals(file));
  }

  /** Names that entries of {@code images} may have to reach the template. */
  Set<String> imageNames() {
    Set<String> names = new TreeSet<>();
    Template before = template();
    for (Map<?, ?> entry : kustomizedImages()) {
      String name = Model.text(entry, "name").orElse("");
      String made = Model.text(entry, "newName").orElse(name);
      boolean isSeen = before.images().values().stream().anyMatch(i -> isNamed(i, made));
      if (isSeen) {
        names.add(name);
      }
    }
    return names;
  }

  private List<Map<?, ?>> kustomizedImages() {
    List<Map<?, ?>> entries = new ArrayList<>();
    for (Kustomization layer : target().layers()) {
      for (Object entry : Model.list(layer.model(), "images")) {
        if (entry instanceof Map<?, ?> map) {
          entries.add(map);
        }
      }
    }
    return entries;
  }

  private static boolean isNamed(String image, String name) {
    return image.equals(name) || image.startsWith(name + ":") || image.startsWith(name + "@");
  }

  /** What every other workload of the folder gets: equal before and after, or we harmed one. */
  List<Object> others() {
    return layout.objects().stream()
        .filter(this::isOtherWorkload)
        .<Object>map(o ->
            List.of(
                o.kind(),
                o.name(),
                o.namespace().orElse(""),
                o.model(),
                Template.of(o, tree, manifests)))
        .toList();
  }

  private boolean isOtherWorkload(Layout.Placed placed) {
    return !placed.equals(target()) && References.template(placed.model()) != null;
  }

  private boolean isStrange(Map<?, ?> model) {
    String kind = Model.text(model, "kind").orElse("");
    String name = Model.text(model, "metadata", "name").orElse("");
    if (kind.isEmpty() || isKustomization(model, kind)) {
      return false;
    }
    boolean isTarget = kind.equals(target().kind()) && name.equals(target().writtenName());
    boolean elsewhere =
        Model.text(model, "metadata", "namespace")
            .map(ns -> !ns.equals(object.namespace()))
            .orElse(false);
    if (isTarget && !elsewhere) {
      return false;
    }
    return elsewhere
        || CLUSTER_SCOPED.contains(kind)
        || kind.equals("Kustomization")
        || References.template(model) != null
        || pointsElsewhere(model)
        || switch (kind) {
          case "ConfigMap", "Secret" -> isConfigOfOthers(kind + "/" + name);
          case "Service" -> !selectsTarget(model);
          default -> false;
        };
  }

  /** Kustomize's own file, not the Flux object of the same kind. */
  private static boolean isKustomization(Map<?, ?> model, String kind) {
    return (kind.equals("Kustomization") || kind.equals("Component"))
        && !Model.text(model, "apiVersion").orElse("").contains("fluxcd.io");
  }

  /** An autoscaler or a Canary of another workload. */
  private boolean pointsElsewhere(Map<?, ?> model) {
    for (String reference : List.of("scaleTargetRef", "targetRef")) {
      Optional<String> name = Model.text(model, "spec", reference, "name");
      if (name.isPresent()
          && !name.get().equals(target().writtenName())
          && !name.get().equals(target().name())) {
        return true;
      }
    }
    return false;
  }

  private boolean isConfigOfOthers(String reference) {
    boolean others =
        layout.objects().stream()
            .filter(this::isOtherWorkload)
            .anyMatch(o -> References.of(References.template(o.model())).contains(reference));
    return others || !references().contains(reference);
  }

  private boolean selectsTarget(Map<?, ?> service) {
    Object labels = Model.at(target().model(), "spec", "template", "metadata", "labels");
    return Model.at(service, "spec", "selector") instanceof Map<?, ?> selector
        && labels instanceof Map<?, ?> own
        && own.entrySet().containsAll(selector.entrySet());
  }
}
