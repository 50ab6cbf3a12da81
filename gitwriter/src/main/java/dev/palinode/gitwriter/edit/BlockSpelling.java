package dev.palinode.gitwriter.edit;

import dev.palinode.gitwriter.edit.Node.Leaf;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.common.ScalarStyle;

/**
 * New content of a block scalar. Its header, its indentation, its line ends and the blank lines
 * after it stay: YAML 1.2.2, section 8.1.
 */
final class BlockSpelling {
  private static final Pattern PARTS =
      Pattern.compile(
          "(?<header>[|>][^\\r\\n]*(?<end>\\r\\n|\\r|\\n))(?<content>.*\\S[^\\r\\n]*)(?<rest>\\s*)",
          Pattern.DOTALL);

  private final Leaf old;
  private final Matcher parts;

  /**
   * @param source from the indicator on, anchor left out
   */
  BlockSpelling(Leaf old, String source) {
    this.old = old;
    this.parts = PARTS.matcher(source);
  }

  /** The new source text; empty if the value cannot stand there. */
  Optional<String> of(String text) {
    String body = text.replaceAll("\\n+\\z", "");
    String oldBody = old.text().replaceAll("\\n+\\z", "");
    if (!parts.matches()
        || body.isEmpty()
        || text.length() - body.length() != old.text().length() - oldBody.length()
        || !body.codePoints().allMatch(c -> c == '\n' || c == '\t' || Spelling.isEasy(c))) {
      return Optional.empty();
    }
    int indent = spacesBefore(parts.group("content")) - spacesBefore(oldBody);
    if (indent < 0) {
      return Optional.empty();
    }
    String lines = old.style() == ScalarStyle.LITERAL ? body : unfolded(body);
    StringBuilder out = new StringBuilder(parts.group("header"));
    boolean isFirst = true;
    for (String line : lines.split("\n", -1)) {
      out.append(isFirst ? "" : parts.group("end"));
      out.append(line.isEmpty() ? "" : " ".repeat(indent) + line);
      isFirst = false;
    }
    return Optional.of(out.append(parts.group("rest")).toString());
  }

  /** Spaces at the start of the first line that is not blank. */
  private static int spacesBefore(String text) {
    String line = text.lines().filter(l -> !l.isBlank()).findFirst().orElse("");
    return line.length() - line.replaceFirst("^ +", "").length();
  }

  /** One line break more between lines that a reader would fold into one. */
  private static String unfolded(String body) {
    StringBuilder out = new StringBuilder();
    String[] lines = body.split("\n", -1);
    boolean isOpen = false;
    for (int i = 0; i < lines.length; i++) {
      boolean isFlush = !lines[i].isEmpty() && !isIndented(lines[i]);
      if (i > 0) {
        out.append('\n');
      }
      if (isFlush && isOpen) {
        out.append('\n');
      }
      out.append(lines[i]);
      isOpen = lines[i].isEmpty() ? isOpen : isFlush;
    }
    return out.toString();
  }

  private static boolean isIndented(String line) {
    return line.charAt(0) == ' ' || line.charAt(0) == '\t';
  }
}
