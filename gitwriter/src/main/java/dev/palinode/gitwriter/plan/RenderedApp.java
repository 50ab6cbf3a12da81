package dev.palinode.gitwriter.plan;

import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.edit.Outline;
import dev.palinode.gitwriter.edit.Outline.Address;
import dev.palinode.gitwriter.edit.Part;
import dev.palinode.gitwriter.edit.YamlFile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An app that no manifest defines because a chart renders it. Nothing is rendered here: the place
 * that brought the failed image is found by the image itself, and a restore is accepted only if
 * everything that the rendering depends on is what it was at the last good revision.
 */
final class RenderedApp {
  private static final int MAX_BYTES = 3 << 20;
  private static final String RENDERING =
      "only rendering the chart could tell more, and no helm is installed for the writer";

  private final Intent intent;
  private final String path;
  private final Tree head;
  private final Tree bad;
  private final Tree good;

  RenderedApp(Intent intent, String path, Tree head, Tree bad, Tree good) {
    this.intent = intent;
    this.path = path;
    this.head = head;
    this.bad = bad;
    this.good = good;
  }

  /** The supply in the three commits and the part of its values that is the app's. */
  private record Source(Supply bad, Supply good, @Nullable Supply head, List<String> scope) {
    boolean isOurs(Address address) {
      List<String> place = bad.valuePath(address);
      return bad.isInput(address)
          && (place == null
              ? scope.isEmpty()
              : place.size() >= scope.size() && place.subList(0, scope.size()).equals(scope));
    }

    boolean isGlobal(Address address) {
      List<String> place = bad.valuePath(address);
      return bad.isInput(address)
          && (place == null || !place.isEmpty() && place.getFirst().equals("global"));
    }
  }

  /**
   * What has to happen, and to which file.
   *
   * @param file empty if that could not be told
   */
  record Located(String file, Step step) {}

  /** Empty if nothing here looks like the source of the failed images. */
  Optional<Located> step() {
    List<ImageChange> images = ImageChange.of(intent);
    if (images.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Supply> before = supplies(good);
    Map<String, Supply> now = supplies(head);
    List<Source> sources = new ArrayList<>();
    supplies(bad)
        .forEach((key, supply) -> {
          Supply origin = before.get(key);
          if (origin != null) {
            for (List<String> scope : supply.scopes(origin, images)) {
              sources.add(new Source(supply, origin, now.get(key), scope));
            }
          }
        });
    if (sources.size() > 1) {
      return Optional.of(
          new Located(
              "",
              blocked(
                  BlockReason.CannotMap,
                  "the failed image can have come from "
                      + sources.stream().map(s -> s.bad + " " + s.scope).toList()
                      + ": "
                      + RENDERING)));
    }
    return sources.stream().findFirst().map(s -> new Located(s.bad.file(), restore(s)));
  }

  private Step restore(Source source) {
    String file = source.bad.file();
    if (source.head == null) {
      return new Step.Moved(source.bad + " is not there any more");
    }
    Optional<String> unknown = unknown(source).or(() -> chart(source));
    if (unknown.isPresent()) {
      return blocked(BlockReason.CannotMap, unknown.get());
    }
    Tree.Entry entry = head.at(file).orElseThrow();
    if (Optional.of(entry).equals(bad.at(file)) && isAlone(source)) {
      return new Step.Whole(good.at(file));
    }
    Step step = FieldRestore.of(file, contents(file), scope(source), entry, head);
    return step instanceof Step.Written written ? proven(source, file, written) : step;
  }

  private Step proven(Source source, String file, Step.Written written) {
    Optional<Outline> result =
        parts(written.content()).stream()
            .filter(p -> p.name().equals(source.bad.part().name()))
            .findFirst()
            .map(Part::outline);
    Outline wanted = source.good.part().outline().only(a -> source.isOurs(a) || source.isGlobal(a));
    boolean isGood =
        result
            .map(r -> r.only(a -> source.isOurs(a) || source.isGlobal(a)).to(wanted).isNone())
            .orElse(false);
    return isGood
        ? written
        : blocked(
            BlockReason.NotLastGood,
            "later work on %s in '%s' may change the template as well: %s"
                .formatted(source.bad, file, RENDERING));
  }

  /** Changes of the release of which nobody knows whose they are. */
  private Optional<String> unknown(Source source) {
    Set<String> siblings = dependencies(source.bad.file());
    Outline.Difference release = source.bad.outline().to(source.good.outline());
    List<Address> all = new ArrayList<>(release.reshaped());
    release.changes().forEach(c -> all.add(c.address()));
    return all.stream()
        .filter(a -> !source.isOurs(a))
        .filter(a -> {
          List<String> place = source.bad.valuePath(a);
          return place == null || place.isEmpty() || !siblings.contains(place.getFirst());
        })
        .findFirst()
        .map(a ->
            "the release also changed %s of %s, which may or may not be the app's: %s"
                .formatted(a, source.bad, RENDERING));
  }

  /** A chart in the repository must be at the tip what it was in the last good commit. */
  private Optional<String> chart(Source source) {
    String folder = TreePath.parent(source.bad.file());
    if (head.at(TreePath.join(folder, "Chart.yaml")).isEmpty()) {
      return Optional.empty();
    }
    Set<String> files = new TreeSet<>(head.under(folder).keySet());
    files.addAll(good.under(folder).keySet());
    return files.stream()
        .filter(f -> !f.equals(source.bad.file()) && !isValuesFile(f))
        .filter(f -> !head.at(f).equals(good.at(f)))
        .findFirst()
        .map(f ->
            "'%s' of the chart differs from the last good revision: %s".formatted(f, RENDERING));
  }

  private Set<String> dependencies(String file) {
    Set<String> names = new TreeSet<>();
    String chart = TreePath.join(TreePath.parent(file), "Chart.yaml");
    Optional<Tree.Entry> entry = bad.at(chart);
    if (entry.isPresent()) {
      for (Object document : new Manifests().of(bad, entry.get()).documents()) {
        for (Object dependency : Model.list(document, "dependencies")) {
          Model.text(dependency, "alias")
              .or(() -> Model.text(dependency, "name"))
              .ifPresent(names::add);
        }
      }
    }
    return names;
  }

  private FieldRestore.Scope scope(Source source) {
    return new FieldRestore.Scope() {
      @Override
      public boolean isOurs(Part part, Address address) {
        return part.name().equals(source.bad.part().name()) && source.isOurs(address);
      }

      @Override
      public boolean decides(Part part, Address address) {
        return true;
      }

      @Override
      public Optional<String> taboo(Part part) {
        return Optional.empty();
      }
    };
  }

  private boolean isAlone(Source source) {
    return source.scope.isEmpty()
        && parts(bytes(bad, source.bad.file())).size() == 1
        && parts(bytes(good, source.bad.file())).size() == 1;
  }

  private FieldRestore.Contents contents(String file) {
    return new FieldRestore.Contents(bytes(head, file), bytes(bad, file), bytes(good, file));
  }

  private static byte[] bytes(Tree tree, String file) {
    return tree.at(file).flatMap(e -> tree.bytes(e, MAX_BYTES)).orElse(new byte[0]);
  }

  private static List<Part> parts(byte[] bytes) {
    return YamlFile.read(bytes) instanceof YamlFile.Outcome.Readable(var file)
        ? Part.of(file)
        : List.of();
  }

  private Map<String, Supply> supplies(Tree tree) {
    Map<String, Supply> all = new TreeMap<>();
    Set<String> files = new TreeSet<>(tree.under(path).keySet());
    intent.files().forEach(f -> files.add(TreePath.normal(f)));
    for (String file : files) {
      Optional<Tree.Entry> entry = tree.at(file);
      if (Manifests.looksLikeManifest(file) && entry.isPresent() && entry.get().isPlainFile()) {
        for (Part part : parts(bytes(tree, file))) {
          Supply.of(file, part, isValuesFile(file)).ifPresent(s -> all.put(key(s), s));
        }
      }
    }
    return all;
  }

  private boolean isValuesFile(String file) {
    String name = TreePath.name(file);
    return name.startsWith("values") || name.endsWith("values.yaml") || named().contains(file);
  }

  private Collection<String> named() {
    return intent.files().stream().map(TreePath::normal).toList();
  }

  private static String key(Supply supply) {
    return key(supply.file(), supply.part());
  }

  private static String key(String file, Part part) {
    return file + "#" + part.name();
  }

  private static Step blocked(BlockReason reason, String message) {
    return new Step.Stuck(new Plan.Blocked(reason, message));
  }
}
