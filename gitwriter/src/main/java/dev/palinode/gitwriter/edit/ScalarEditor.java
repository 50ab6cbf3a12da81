package dev.palinode.gitwriter.edit;

import dev.palinode.gitwriter.edit.Node.Leaf;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.common.ScalarStyle;

/**
 * Changes one scalar of a file and leaves every other byte: comments, anchors, quotes, line ends,
 * byte order mark, block and flow style. What it answers was parsed again and compared first.
 */
public final class ScalarEditor {
  private ScalarEditor() {}

  /**
   * Edits by typed values: {@code 1.24} and {@code "1.24"} differ.
   *
   * @param document from 0, empty documents counted
   * @param pointer RFC 6901, inside that document
   * @param from what must stand there now
   * @param to what is to stand there
   */
  public static EditResult edit(byte[] file, int document, String pointer, Scalar from, Scalar to) {
    return edit(file, document, pointer, new Wish.Typed(from, to));
  }

  /** Edits by texts, as a person types them; the new value is read as the old one was. */
  public static EditResult editText(
      byte[] file, int document, String pointer, String from, String to) {
    return edit(file, document, pointer, new Wish.Texts(from, to));
  }

  private sealed interface Wish {
    record Typed(Scalar from, Scalar to) implements Wish {}

    record Texts(String from, String to) implements Wish {}

    default boolean isFrom(Leaf leaf) {
      return switch (this) {
        case Typed(var from, _) -> leaf.scalar().equals(from);
        case Texts(var from, _) -> leaf.text().equals(from);
      };
    }

    default Scalar target(Leaf leaf) {
      return switch (this) {
        case Typed(_, var to) -> to;
        case Texts(_, var to) -> new Scalar(to, leaf.scalar().reading().keptBy(to));
      };
    }
  }

  private static EditResult edit(byte[] bytes, int number, String pointer, Wish wish) {
    return switch (YamlFile.read(bytes)) {
      case YamlFile.Outcome.Unreadable(var reason) -> new EditResult.Refused(reason);
      case YamlFile.Outcome.Readable(var file) -> {
        List<Node> documents = file.documents();
        if (number < 0 || number >= documents.size()) {
          yield new EditResult.Refused(
              "the file has %d documents, there is no number %d (the first is 0)"
                  .formatted(documents.size(), number));
        }
        Optional<Pointer> place = Pointer.parse(pointer);
        yield place.isEmpty()
            ? new EditResult.Refused("'" + pointer + "' is no JSON pointer, such as /spec/replicas")
            : edit(file, documents.get(number), place.get(), wish);
      }
    };
  }

  private static EditResult edit(YamlFile file, Node document, Pointer pointer, Wish wish) {
    Optional<String> twice = YamlFile.doubleKey(document);
    if (twice.isPresent()) {
      return new EditResult.Refused(
          "a mapping of the document has the key '" + twice.get() + "' twice");
    }
    return switch (Place.find(document, pointer)) {
      case Place.Nowhere(var reason) -> new EditResult.Refused(reason);
      case Place.Found(var leaf) -> {
        Scalar to = wish.target(leaf);
        if (leaf.scalar().equals(to)) {
          yield new EditResult.Unchanged();
        }
        if (!wish.isFrom(leaf)) {
          yield new EditResult.Refused("at " + pointer + " stands " + leaf.scalar());
        }
        yield unfit(leaf, pointer)
            .or(() -> misfit(leaf, pointer, to))
            .<EditResult>map(EditResult.Refused::new)
            .orElseGet(() -> splice(file, leaf, pointer, to, YamlFile.isJson(document)));
      }
    };
  }

  private static Optional<String> unfit(Leaf leaf, Pointer pointer) {
    if (leaf.tag() != null) {
      return Optional.of(pointer + " has a tag (" + leaf.tag() + ") that decides how it is read");
    }
    if (leaf.text().contains("{{")) {
      return Optional.of(pointer + " is a template: it is text to whoever renders it");
    }
    return leaf.isPlain() && leaf.text().isEmpty()
        ? Optional.of("nothing is written at " + pointer)
        : Optional.empty();
  }

  private static Optional<String> misfit(Leaf leaf, Pointer pointer, Scalar to) {
    if (to.text().codePoints().anyMatch(c -> c >= 0xd800 && c <= 0xdfff)) {
      return Optional.of("the new value is no Unicode text");
    }
    boolean isText = to.reading().equals(Reading.TEXT);
    return isText || Reading.of(to.text()).equals(to.reading())
        ? Optional.empty()
        : Optional.of(
            "at %s stands %s (%s), and '%s' is %s"
                .formatted(
                    pointer,
                    leaf.scalar(),
                    to.reading().words(),
                    to.text(),
                    Reading.of(to.text()).words()));
  }

  private static EditResult splice(
      YamlFile file, Leaf leaf, Pointer pointer, Scalar to, boolean inJson) {
    int start = startOfValue(file, leaf);
    Optional<String> spelled =
        leaf.isBlock()
            ? Optional.of(to)
                .filter(t -> t.reading().equals(Reading.TEXT))
                .flatMap(t -> new BlockSpelling(leaf, file.source(start, leaf.end())).of(t.text()))
            : Spelling.of(leaf, to, inJson);
    if (spelled.isEmpty()) {
      return new EditResult.Refused(
          leaf.isBlock()
              ? "the block scalar at " + pointer + " cannot hold that value in its style"
              : "the value cannot be written at " + pointer + " so that it is read as " + to);
    }
    byte[] result = file.spliced(start, leaf.end(), spelled.get());
    return isProven(file, result, leaf, to)
        ? new EditResult.Edited(result)
        : new EditResult.Refused(
            "the value cannot be written at " + pointer + " without changing something else");
  }

  /** An anchor stands before the value and counts as a part of it to the parser. */
  static int startOfValue(YamlFile file, Leaf leaf) {
    if (leaf.anchor() == null) {
      return leaf.start();
    }
    int at = leaf.start() + 1 + leaf.anchor().codePointCount(0, leaf.anchor().length());
    while (at < leaf.end()) {
      int c = file.point(at);
      if (c == '#') {
        while (file.point(at) != '\n' && file.point(at) != '\r') {
          at++;
        }
      } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        at++;
      } else {
        return at;
      }
    }
    return at;
  }

  /** The parser sees the same events as before, but for the one value. */
  private static boolean isProven(YamlFile before, byte[] result, Leaf leaf, Scalar to) {
    if (!(YamlFile.read(result) instanceof YamlFile.Outcome.Readable(var after))
        || after.shapes().size() != before.shapes().size()) {
      return false;
    }
    for (int i = 0; i < before.shapes().size(); i++) {
      YamlFile.Shape was = before.shapes().get(i);
      YamlFile.Shape is = after.shapes().get(i);
      if (i != leaf.number() && !is.equals(was)) {
        return false;
      }
    }
    YamlFile.Shape changed = after.shapes().get(leaf.number());
    Reading reading =
        changed.style() == ScalarStyle.PLAIN ? Reading.of(changed.value()) : Reading.TEXT;
    return changed.value().equals(to.text())
        && reading.equals(to.reading())
        && changed.tag() == null
        && java.util.Objects.equals(changed.anchor(), leaf.anchor());
  }
}
