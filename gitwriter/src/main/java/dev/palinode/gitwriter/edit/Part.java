package dev.palinode.gitwriter.edit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One object of a file: a document, or an item of a Kubernetes List.
 *
 * @param name {@code Kind.group namespace/name}; "document n" for what is no object, where n counts
 *     only such documents
 * @param document from 0, empty documents counted
 * @param pointer where in the document it stands
 */
public record Part(String name, int document, Pointer pointer, Node node) {

  /** The parts of a file, in its order; empty documents are none. */
  public static List<Part> of(YamlFile file) {
    List<Part> parts = new ArrayList<>();
    Map<String, Integer> nameless = new HashMap<>();
    for (int i = 0; i < file.documents().size(); i++) {
      Node document = file.documents().get(i);
      if (isNothing(document)) {
        continue;
      }
      if (document instanceof Node.Fields top
          && text(top, "kind").endsWith("List")
          && top.get("items") instanceof Node.Items list) {
        for (int j = 0; j < list.items().size(); j++) {
          Pointer place = new Pointer(List.of("items", "" + j));
          parts.add(new Part(name(list.items().get(j), nameless), i, place, list.items().get(j)));
        }
      } else {
        parts.add(new Part(name(document, nameless), i, new Pointer(List.of()), document));
      }
    }
    return parts;
  }

  /** What it says, place by place. */
  public Outline outline() {
    return Outline.of(node, pointer);
  }

  /** The name of an object, as {@link #name} has it. */
  public static String name(String kind, String group, String namespace, String name) {
    return kind
        + (group.isEmpty() ? "" : "." + group)
        + " "
        + (namespace.isEmpty() ? "" : namespace + "/")
        + name;
  }

  /** The kind and group of the name; "document" for what is no object. */
  public String kind() {
    return name.substring(0, name.indexOf(' '));
  }

  private static String name(Node node, Map<String, Integer> nameless) {
    if (node instanceof Node.Fields top && !text(top, "kind").isEmpty()) {
      String version = text(top, "apiVersion");
      int slash = version.indexOf('/');
      Node metadata = top.get("metadata");
      return name(
          text(top, "kind"),
          slash < 0 ? "" : version.substring(0, slash),
          text(metadata, "namespace"),
          text(metadata, "name"));
    }
    return "document " + nameless.merge("", 1, Integer::sum);
  }

  private static String text(@Nullable Node node, String key) {
    return node instanceof Node.Fields map && map.get(key) instanceof Node.Leaf leaf
        ? leaf.text()
        : "";
  }

  private static boolean isNothing(Node node) {
    return node instanceof Node.Leaf leaf && leaf.isPlain() && leaf.text().isEmpty();
  }
}
