package dev.palinode.gitwriter.edit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What a part of a document says, place by place. Items of a list are known by their {@code name}
 * where all have one, so a place keeps its address when others come and go around it; other items
 * by number, and then the length of the list is a fact of its own.
 */
public record Outline(SortedMap<Address, Item> items) {
  public Outline {
    items = Collections.unmodifiableSortedMap(new TreeMap<>(items));
  }

  /**
   * A place that survives its neighbours.
   *
   * @param steps {@code /key}, {@code =name} or {@code #number}
   */
  public record Address(List<String> steps) implements Comparable<Address> {
    public Address {
      steps = List.copyOf(steps);
    }

    Address then(String step) {
      List<String> longer = new ArrayList<>(steps);
      longer.add(step);
      return new Address(longer);
    }

    /** True if this is {@code folder} or below it. */
    public boolean isUnder(Address folder) {
      return steps.size() >= folder.steps.size()
          && steps.subList(0, folder.steps.size()).equals(folder.steps);
    }

    /** The first {@code n} steps. */
    public Address first(int n) {
      return new Address(steps.subList(0, n));
    }

    /** From keys: {@code of("spec", "values")}. */
    public static Address of(String... keys) {
      List<String> steps = new ArrayList<>();
      for (String key : keys) {
        steps.add("/" + key);
      }
      return new Address(steps);
    }

    @Override
    public int compareTo(Address other) {
      return String.join("\0", steps).compareTo(String.join("\0", other.steps));
    }

    @Override
    public String toString() {
      return String.join("", steps);
    }
  }

  /**
   * What stands at a place.
   *
   * @param pointer in the document
   * @param scalar empty for what is no value of its own: an alias, an empty list, a length
   * @param shape what it is then
   */
  public record Item(Pointer pointer, Optional<Scalar> scalar, String shape) {
    boolean says(Item other) {
      return scalar.equals(other.scalar) && shape.equals(other.shape);
    }
  }

  /** A value that differs between two outlines. */
  public record Change(Address address, Scalar from, Scalar to) {}

  /**
   * Two outlines compared.
   *
   * @param changes places where both have a value, and not the same
   * @param reshaped places that only one has, or that are not a value in both
   */
  public record Difference(List<Change> changes, List<Address> reshaped) {
    public Difference {
      changes = List.copyOf(changes);
      reshaped = List.copyOf(reshaped);
    }

    /** True if both say the same. */
    public boolean isNone() {
      return changes.isEmpty() && reshaped.isEmpty();
    }
  }

  /** The outline of a node that stands at {@code base}. */
  public static Outline of(Node node, Pointer base) {
    SortedMap<Address, Item> items = new TreeMap<>();
    collect(node, new Address(List.of()), base, items);
    return new Outline(items);
  }

  private static void collect(
      Node node, Address address, Pointer pointer, SortedMap<Address, Item> items) {
    switch (node) {
      case Node.Leaf leaf ->
          items.put(
              address,
              new Item(pointer, Optional.of(leaf.scalar()), leaf.tag() == null ? "" : leaf.tag()));
      case Node.Alias alias -> items.put(address, shape(pointer, "*" + alias.name()));
      case Node.Fields map -> {
        if (map.fields().isEmpty()) {
          items.put(address, shape(pointer, "{}"));
        }
        for (Node.Field field : map.fields()) {
          if (field.key() instanceof Node.Leaf key) {
            collect(field.value(), address.then("/" + key.text()), pointer.then(key.text()), items);
          } else {
            items.put(address.then("?"), shape(pointer, "a key that is no text"));
          }
        }
      }
      case Node.Items list -> {
        List<String> names = names(list);
        if (names.isEmpty()) {
          items.put(address.then("#"), shape(pointer, "list of " + list.items().size()));
        }
        for (int i = 0; i < list.items().size(); i++) {
          String step = names.isEmpty() ? "#" + i : "=" + names.get(i);
          collect(list.items().get(i), address.then(step), pointer.then("" + i), items);
        }
      }
    }
  }

  private static Item shape(Pointer pointer, String words) {
    return new Item(pointer, Optional.empty(), words);
  }

  /** The names of all items; empty if not every one has its own. */
  private static List<String> names(Node.Items list) {
    List<String> names = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Node item : list.items()) {
      if (item instanceof Node.Fields map
          && map.get("name") instanceof Node.Leaf name
          && seen.add(name.text())) {
        names.add(name.text());
      } else {
        return List.of();
      }
    }
    return names;
  }

  /** What has to change in this outline to get to the other. */
  public Difference to(Outline other) {
    List<Change> changes = new ArrayList<>();
    List<Address> reshaped = new ArrayList<>();
    items.forEach((address, item) -> {
      Item there = other.items.get(address);
      if (there == null) {
        reshaped.add(address);
      } else if (!item.says(there)) {
        if (item.scalar().isPresent()
            && there.scalar().isPresent()
            && item.shape().equals(there.shape())) {
          changes.add(new Change(address, item.scalar().get(), there.scalar().get()));
        } else {
          reshaped.add(address);
        }
      }
    });
    other.items.keySet().stream().filter(a -> !items.containsKey(a)).forEach(reshaped::add);
    return new Difference(changes, reshaped);
  }

  /** Only the places that {@code test} lets through. */
  public Outline only(Predicate<Address> test) {
    SortedMap<Address, Item> kept = new TreeMap<>(items);
    kept.keySet().removeIf(test.negate());
    return new Outline(kept);
  }

  /** The length of the innermost list on the way to {@code address} that has only numbers. */
  public List<String> lengthsOn(Address address) {
    List<String> lengths = new ArrayList<>();
    for (int i = 0; i < address.steps().size(); i++) {
      if (address.steps().get(i).startsWith("#")) {
        Item length = items.get(address.first(i).then("#"));
        lengths.add(length == null ? "" : length.shape());
      }
    }
    return lengths;
  }
}
