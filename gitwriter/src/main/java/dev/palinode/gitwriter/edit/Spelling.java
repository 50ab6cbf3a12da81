package dev.palinode.gitwriter.edit;

import dev.palinode.gitwriter.edit.Node.Leaf;
import java.util.Optional;
import org.snakeyaml.engine.v2.common.ScalarStyle;

/** How to write a value where another one stands: in its style, unless that would not be safe. */
final class Spelling {
  private static final String INDICATORS = ",[]{}#&*!|>'\"%@`";

  private Spelling() {}

  /**
   * The new source text of a flow scalar (plain or quoted).
   *
   * @param inJson true if the document must stay JSON
   * @return empty if the value cannot stand there with that reading
   */
  static Optional<String> of(Leaf old, Scalar value, boolean inJson) {
    String text = value.text();
    boolean isText = value.reading().equals(Reading.TEXT);
    if (inJson && !isText) {
      return Reading.isJson(text) ? Optional.of(text) : Optional.empty();
    }
    boolean wantsPlain = !inJson && (old.isPlain() || !isText);
    if (wantsPlain && isPlain(text, old.inFlow()) && Reading.of(text).equals(value.reading())) {
      return Optional.of(text);
    }
    if (!isText) {
      return Optional.empty();
    }
    if (old.style() == ScalarStyle.SINGLE_QUOTED && text.codePoints().allMatch(Spelling::isEasy)) {
      return Optional.of("'" + text.replace("'", "''") + "'");
    }
    return Optional.of(doubleQuoted(text));
  }

  /** YAML 1.2.2, section 7.3.3, and stricter: nothing that any reader could see otherwise. */
  private static boolean isPlain(String text, boolean inFlow) {
    if (text.isEmpty() || !text.codePoints().allMatch(Spelling::isEasy)) {
      return false;
    }
    char first = text.charAt(0);
    char last = text.charAt(text.length() - 1);
    if (first == ' ' || last == ' ' || last == ':' || INDICATORS.indexOf(first) >= 0) {
      return false;
    }
    boolean isLoneSign = text.length() == 1 || text.charAt(1) == ' ' || inFlow;
    if (first == ':' || (first == '-' || first == '?') && isLoneSign && !isNegative(text)) {
      return false;
    }
    if (text.startsWith("---") || text.startsWith("...")) {
      return false;
    }
    return !text.contains(": ")
        && !text.contains(" #")
        && !(inFlow && text.chars().anyMatch(c -> ",[]{}".indexOf(c) >= 0))
        && !text.contains("{{");
  }

  private static boolean isNegative(String text) {
    return text.length() > 1 && text.charAt(0) == '-' && Character.isDigit(text.charAt(1));
  }

  /** RFC 8259, section 7; every escape of JSON is one of YAML 1.2 too. */
  static String doubleQuoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            default -> {
              if (isEasy(c) || c > 0xffff) {
                out.appendCodePoint(c);
              } else {
                out.append("\\u%04x".formatted(c));
              }
            }
          }
        });
    return out.append('"').toString();
  }

  /** Printable to every reader, and a line break to none: YAML 1.1 breaks at U+0085 and U+2028. */
  static boolean isEasy(int c) {
    return c >= 0x20 && c < 0x7f
        || c >= 0xa0 && c <= 0xd7ff && c != 0x2028 && c != 0x2029
        || c >= 0xe000 && c <= 0xfffd && c != 0xfeff
        || c >= 0x10000 && c <= 0x10ffff;
  }
}
