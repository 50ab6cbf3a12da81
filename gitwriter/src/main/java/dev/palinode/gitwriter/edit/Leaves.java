package dev.palinode.gitwriter.edit;

import java.util.ArrayList;
import java.util.List;

/** The parts of a tree in a row. */
final class Leaves {
  private Leaves() {}

  /** Every node, keys included, in the order of the file. */
  static List<Node> all(Node node) {
    List<Node> nodes = new ArrayList<>();
    collect(node, nodes);
    return nodes;
  }

  private static void collect(Node node, List<Node> nodes) {
    nodes.add(node);
    switch (node) {
      case Node.Leaf _, Node.Alias _ -> {}
      case Node.Items list -> list.items().forEach(n -> collect(n, nodes));
      case Node.Fields map ->
          map.fields()
              .forEach(f -> {
                collect(f.key(), nodes);
                collect(f.value(), nodes);
              });
    }
  }
}
