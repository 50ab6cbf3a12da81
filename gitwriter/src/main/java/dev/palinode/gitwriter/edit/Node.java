package dev.palinode.gitwriter.edit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.ScalarStyle;

/** A part of a document, as written: aliases are not followed. */
public sealed interface Node {
  /** The name after {@code &}, or null. */
  @Nullable String anchor();

  /**
   * A scalar.
   *
   * @param number of its event in the file, from 0
   * @param start in code points, its anchor and tag included
   * @param end in code points, not included
   * @param inFlow true if it stands inside brackets or braces
   */
  record Leaf(
      int number,
      int start,
      int end,
      String text,
      ScalarStyle style,
      @Nullable String anchor,
      @Nullable String tag,
      boolean inFlow)
      implements Node {

    boolean isPlain() {
      return style == ScalarStyle.PLAIN;
    }

    boolean isBlock() {
      return style == ScalarStyle.LITERAL || style == ScalarStyle.FOLDED;
    }

    /** The value that stands here. */
    public Scalar scalar() {
      return isPlain() ? Scalar.plain(text) : Scalar.quoted(text);
    }
  }

  /** A mapping, in the order of the file. */
  record Fields(List<Field> fields, @Nullable String anchor, boolean inFlow) implements Node {
    public Fields {
      fields = List.copyOf(fields);
    }

    /** The value of a key, or null. */
    public @Nullable Node get(String key) {
      for (Field field : fields) {
        if (field.key() instanceof Leaf leaf && leaf.text().equals(key)) {
          return field.value();
        }
      }
      return null;
    }
  }

  /** One entry of a mapping. */
  record Field(Node key, Node value) {}

  /** A sequence. */
  record Items(List<Node> items, @Nullable String anchor, boolean inFlow) implements Node {
    public Items {
      items = List.copyOf(items);
    }
  }

  /**
   * {@code *name}.
   *
   * @param number of its event in the file
   */
  record Alias(int number, String name) implements Node {
    @Override
    public @Nullable String anchor() {
      return null;
    }
  }
}
