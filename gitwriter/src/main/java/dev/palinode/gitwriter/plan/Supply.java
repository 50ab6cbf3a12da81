package dev.palinode.gitwriter.plan;

import dev.palinode.gitwriter.edit.Outline;
import dev.palinode.gitwriter.edit.Outline.Address;
import dev.palinode.gitwriter.edit.Part;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A place from which a chart gets what it renders: a HelmRelease, an Application, a values file.
 *
 * @param inputs what of the object the rendering depends on
 */
record Supply(String file, Part part, List<Address> inputs) {
  private static final List<String> NAMES = List.of("repository", "name", "image", "repo");

  /** The object or file as a supply, if it is one. */
  static Optional<Supply> of(String file, Part part, boolean isValuesFile) {
    return switch (part.kind()) {
      case "HelmRelease.helm.toolkit.fluxcd.io" ->
          Optional.of(
              new Supply(
                  file,
                  part,
                  List.of(
                      Address.of("spec", "values"),
                      Address.of("spec", "valuesFrom"),
                      Address.of("spec", "chart"),
                      Address.of("spec", "chartRef"),
                      Address.of("spec", "postRenderers"))));
      case "Application.argoproj.io" ->
          Optional.of(
              new Supply(
                  file,
                  part,
                  List.of(Address.of("spec", "source"), Address.of("spec", "sources"))));
      case "document" ->
          isValuesFile
              ? Optional.of(new Supply(file, part, List.of(Address.of())))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** What the rendering sees of it. */
  Outline outline() {
    return part.outline().only(this::isInput);
  }

  boolean isInput(Address address) {
    return inputs.stream().anyMatch(address::isUnder);
  }

  /**
   * Where a value is to the chart: {@code image.tag}, whether it stands in a tree or is a
   * parameter. Null for what is no value of the chart, such as its version.
   */
  @Nullable List<String> valuePath(Address address) {
    List<String> steps = address.steps();
    int parameters = steps.indexOf("/parameters");
    if (part.kind().equals("Application.argoproj.io")
        && parameters >= 0
        && steps.size() > parameters + 1) {
      return List.of(steps.get(parameters + 1).substring(1).split("\\."));
    }
    int from =
        part.kind().equals("document")
            ? 0
            : Math.max(steps.indexOf("/values"), steps.indexOf("/valuesObject")) + 1;
    boolean isValue = part.kind().equals("document") || from > 0 && steps.size() > from;
    return isValue
        ? steps.subList(from, steps.size()).stream().map(s -> s.substring(1)).toList()
        : null;
  }

  /**
   * The part of the values that is the app's: all of it (empty), or what an umbrella chart hands to
   * one of its charts. Several if that cannot be told; none if the images do not come from here.
   *
   * @param good the same place in the last good commit
   */
  Set<List<String>> scopes(Supply good, List<ImageChange> images) {
    Set<List<String>> near = new LinkedHashSet<>();
    Set<List<String>> far = new LinkedHashSet<>();
    Outline here = outline();
    List<Outline.Change> changes = here.to(good.outline()).changes();
    for (ImageChange image : images) {
      Set<ImageChange.Piece> missing = new HashSet<>(image.pieces());
      for (Outline.Change change : changes) {
        Set<ImageChange.Piece> brought = image.broughtBy(change);
        List<String> names = namesBeside(here, change.address());
        if (brought.isEmpty() || !names.isEmpty() && names.stream().noneMatch(image::isNamed)) {
          continue;
        }
        missing.removeAll(brought);
        boolean isNear = !names.isEmpty() || brought.contains(ImageChange.Piece.Name);
        (isNear ? near : far).add(scope(change.address()));
      }
      if (!missing.isEmpty()) {
        return Set.of();
      }
    }
    return near.isEmpty() ? far : near;
  }

  private List<String> scope(Address address) {
    List<String> path = valuePath(address);
    if (path == null || path.isEmpty()) {
      return List.of();
    }
    int last = path.size() - 1;
    boolean isInImage = last > 0 && path.get(last - 1).equals("image");
    return List.copyOf(path.subList(0, isInImage ? last - 1 : last));
  }

  /** Values that stand beside a tag and say whose tag it is. */
  private static List<String> namesBeside(Outline outline, Address address) {
    List<String> names = new ArrayList<>();
    if (!address.steps().isEmpty() && !address.steps().contains("/parameters")) {
      Address parent = address.first(address.steps().size() - 1);
      for (String key : NAMES) {
        List<String> steps = new ArrayList<>(parent.steps());
        steps.add("/" + key);
        Address beside = new Address(steps);
        Outline.Item item = beside.equals(address) ? null : outline.items().get(beside);
        if (item != null) {
          item.scalar().ifPresent(s -> names.add(s.text()));
        }
      }
    }
    return names;
  }

  @Override
  public String toString() {
    return part.kind().equals("document") ? "'" + file + "'" : part.name() + " in '" + file + "'";
  }
}
