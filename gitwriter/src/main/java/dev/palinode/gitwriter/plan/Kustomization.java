package dev.palinode.gitwriter.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** One kustomization file: what it lists, and what it does to the objects it lists. */
record Kustomization(String file, Map<?, ?> model) {
  static final List<String> NAMES =
      List.of("kustomization.yaml", "kustomization.yml", "Kustomization");

  // What other apps may change without touching our template, or what Template holds already.
  private static final Set<String> NOT_SETTINGS =
      Set.of(
          "apiVersion",
          "kind",
          "metadata",
          "resources",
          "bases",
          "components",
          "crds",
          "images",
          "replicas",
          "patches",
          "patchesStrategicMerge",
          "patchesJson6902",
          "configMapGenerator",
          "secretGenerator",
          "generatorOptions");

  /** A patch that applies to an object; {@code named} if it was meant for that object alone. */
  record Patch(Optional<String> file, boolean named, List<Object> documents) {}

  static Optional<Kustomization> in(Tree tree, String folder, Manifests manifests) {
    for (String name : NAMES) {
      String file = TreePath.join(folder, name);
      Optional<Tree.Entry> entry = tree.at(file);
      if (entry.isPresent()) {
        List<Object> documents = manifests.of(tree, entry.get()).documents();
        if (documents.size() == 1
            && documents.getFirst() instanceof Map<?, ?> map
            && Model.text(map, "apiVersion")
                .map(v -> v.startsWith("kustomize.config.k8s.io/"))
                .orElse(true)) {
          return Optional.of(new Kustomization(file, map));
        }
      }
    }
    return Optional.empty();
  }

  String folder() {
    return TreePath.parent(file);
  }

  /** Files and folders listed as content, where they are in this repository. */
  List<String> resources() {
    List<String> all = new ArrayList<>(Model.texts(model, "resources"));
    all.addAll(Model.texts(model, "bases"));
    return resolved(all);
  }

  List<String> components() {
    return resolved(Model.texts(model, "components"));
  }

  private List<String> resolved(List<String> references) {
    return references.stream().flatMap(r -> TreePath.resolve(folder(), r).stream()).toList();
  }

  String renamed(String name) {
    return Model.text(model, "namePrefix").orElse("")
        + name
        + Model.text(model, "nameSuffix").orElse("");
  }

  Optional<String> namespace() {
    return Model.text(model, "namespace");
  }

  /** Settings that bear on every template it lists, as a model. */
  Map<String, Object> settings() {
    Map<String, Object> kept = new LinkedHashMap<>();
    model.forEach((key, value) -> {
      if (key instanceof String name && value != null && !NOT_SETTINGS.contains(name)) {
        kept.put(name, value);
      }
    });
    return kept;
  }

  /** An image reference after the {@code images} of this file. */
  String image(String image) {
    String result = image;
    for (Object entry : Model.list(model, "images")) {
      ImageName name = ImageName.of(result);
      if (name.name().equals(Model.text(entry, "name").orElse(""))) {
        String base = Model.text(entry, "newName").orElse(name.name());
        Optional<String> digest = Model.text(entry, "digest");
        Optional<String> tag = Model.scalar(entry, "newTag");
        result =
            base + digest.map(d -> "@" + d).or(() -> tag.map(t -> ":" + t)).orElse(name.suffix());
      }
    }
    return result;
  }

  private record ImageName(String name, String suffix) {
    static ImageName of(String image) {
      int at = image.indexOf('@');
      int colon = image.indexOf(':', image.lastIndexOf('/') + 1);
      int end = colon >= 0 && (at < 0 || colon < at) ? colon : at;
      return end < 0
          ? new ImageName(image, "")
          : new ImageName(image.substring(0, end), image.substring(end));
    }
  }

  /** Patches that reach the object of this kind and (unprefixed) name. */
  List<Patch> patches(Tree tree, Manifests manifests, String kind, String name) {
    List<Patch> all = new ArrayList<>();
    List<Object> sources = new ArrayList<>(Model.list(model, "patches"));
    sources.addAll(Model.list(model, "patchesJson6902"));
    for (String merge : Model.texts(model, "patchesStrategicMerge")) {
      sources.add(Map.of(merge.contains("\n") ? "patch" : "path", merge));
    }
    for (Object source : sources) {
      Optional<String> file =
          Model.text(source, "path").flatMap(p -> TreePath.resolve(folder(), p));
      Optional<Tree.Entry> entry = file.flatMap(tree::at);
      List<Object> documents =
          entry
              .map(e -> manifests.of(tree, e))
              .or(() -> Model.text(source, "patch").map(manifests::ofText))
              .map(Manifests.Parsed::documents)
              .orElse(List.of());
      List<Object> own = documents.stream().filter(d -> isOf(d, kind, name)).toList();
      if (Model.at(source, "target") == null) {
        if (!own.isEmpty()) {
          all.add(new Patch(file, true, own));
        }
      } else if (selects(Model.at(source, "target", "kind"), kind)
          && selects(Model.at(source, "target", "name"), name)) {
        all.add(new Patch(file, Model.at(source, "target", "name") != null, documents));
      }
    }
    return all;
  }

  private static boolean isOf(Object document, String kind, String name) {
    return Model.text(document, "kind").orElse("").equals(kind)
        && Model.text(document, "metadata", "name").orElse("").equals(name);
  }

  private static boolean selects(@Nullable Object selector, String text) {
    if (selector == null) {
      return true;
    }
    try {
      return Pattern.matches(selector.toString(), text);
    } catch (PatternSyntaxException e) {
      return selector.toString().equals(text);
    }
  }

  /** Inputs of the generators that make one of {@code wanted} ("ConfigMap/name"). */
  Set<String> generatorInputs(Set<String> wanted) {
    Set<String> inputs = new LinkedHashSet<>();
    for (String kind : List.of("ConfigMap", "Secret")) {
      String key = kind.equals("Secret") ? "secretGenerator" : "configMapGenerator";
      for (Object generator : Model.list(model, key)) {
        if (wanted.contains(kind + "/" + Model.text(generator, "name").orElse(""))) {
          List<String> sources = new ArrayList<>(Model.texts(generator, "files"));
          sources.replaceAll(s -> s.substring(s.indexOf('=') + 1));
          sources.addAll(Model.texts(generator, "envs"));
          Model.text(generator, "env").ifPresent(sources::add);
          inputs.addAll(resolved(sources));
        }
      }
    }
    return inputs;
  }
}
