package dev.palinode.gitwriter.edit;

import dev.palinode.gitwriter.edit.Node.Leaf;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Where a pointer leads: to a scalar whose change changes nothing else, or nowhere. */
sealed interface Place {
  /** A scalar of the document's own. */
  record Found(Leaf leaf) implements Place {}

  /**
   * No such scalar.
   *
   * @param reason as one sentence
   */
  record Nowhere(String reason) implements Place {}

  Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,8}");

  /** Follows {@code pointer} from the root of a document. */
  static Place find(Node document, Pointer pointer) {
    List<String> anchors = new ArrayList<>();
    Node here = document;
    Pointer path = new Pointer(List.of());
    for (String token : pointer.tokens()) {
      if (here.anchor() != null) {
        anchors.add(here.anchor());
      }
      path = path.then(token);
      switch (here) {
        case Leaf _ -> {
          return new Nowhere("nothing is at " + path + ": above it stands a single value");
        }
        case Node.Alias alias -> {
          return new Nowhere(under(path, alias));
        }
        case Node.Items list -> {
          if (!INDEX.matcher(token).matches() || Integer.parseInt(token) >= list.items().size()) {
            return new Nowhere(
                "nothing is at %s: the list there has %d items"
                    .formatted(path, list.items().size()));
          }
          here = list.items().get(Integer.parseInt(token));
        }
        case Node.Fields map -> {
          if (token.equals("<<")) {
            return new Nowhere(path + " is a merge key: its content may stand in other places too");
          }
          Node value = map.get(token);
          if (value == null) {
            return new Nowhere(
                map.get("<<") == null
                    ? "nothing is at " + path
                    : path + " comes through a merge key (<<), so it stands in another place");
          }
          here = value;
        }
      }
    }
    return switch (here) {
      case Leaf leaf -> {
        if (leaf.anchor() != null) {
          anchors.add(leaf.anchor());
        }
        yield Leaves.all(document).stream()
            .filter(n -> n instanceof Node.Alias alias && anchors.contains(alias.name()))
            .findFirst()
            .<Place>map(n -> new Nowhere(shared(pointer, ((Node.Alias) n).name())))
            .orElseGet(() -> new Found(leaf));
      }
      case Node.Alias alias -> new Nowhere(under(pointer, alias));
      case Node.Items _ -> new Nowhere(pointer + " is a list, not a single value");
      case Node.Fields _ -> new Nowhere(pointer + " is a mapping, not a single value");
    };
  }

  private static String under(Pointer path, Node.Alias alias) {
    return path + " is an alias (*" + alias.name() + "): the value stands in another place";
  }

  private static String shared(Pointer pointer, String anchor) {
    return pointer
        + " is anchored (&"
        + anchor
        + ") and used again through an alias: the edit would change two places";
  }
}
