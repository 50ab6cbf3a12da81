package dev.palinode.gitwriter.edit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Writes random YAML in every style and knows where each of its scalars stands. */
final class YamlMaker {
  private static final List<String> PLAIN =
      List.of(
          "app",
          "registry/app:2.4.0",
          "v1",
          "2.4.1",
          "a b",
          "x-y_z",
          "http://h/p#q",
          "-v",
          "a:b",
          "größe",
          "漢字",
          "😀",
          "sha256:00ff",
          "10Gi",
          "500m",
          "it's",
          "=x",
          "a,b",
          "2026-11-20");
  private static final List<String> TYPED = List.of("1", "0", "3", "1.5", "true", "false", "1e3");
  private static final List<String> ODD =
      List.of(
          "yes",
          "n",
          "null",
          "~",
          "1e3",
          "0755",
          "1_000",
          "12:30",
          ": x",
          "a: b",
          "a #b",
          "#a",
          "*a",
          "&a",
          "!a",
          "%a",
          "@a",
          "`a",
          "- a",
          "-",
          "? a",
          "{a",
          "[a",
          "a]",
          "a}",
          "a,b",
          "'",
          "\"",
          "it's",
          "\\",
          "a\\nb",
          "",
          " ",
          "a ",
          " a",
          "a\tb",
          "---",
          "...",
          "<<",
          "=",
          "😀é",
          "漢",
          "a\nb",
          "a\n\nb\n",
          "\u2028",
          "\u0085",
          "\u00a0",
          "\u0007",
          "\uFEFFx",
          "2026-11-20",
          ".inf",
          "0x1F",
          "true",
          "12345e7",
          "a:",
          "::",
          ":a",
          "|",
          ">",
          "x".repeat(300));

  /**
   * A scalar that was written.
   *
   * @param start in chars, quotes included, anchor not
   * @param isShared true if an alias repeats it
   */
  record Target(
      int document,
      String pointer,
      int start,
      int end,
      String text,
      Form form,
      Set<String> under) {}

  /** How a scalar is written. */
  enum Form {
    Plain,
    Typed,
    Single,
    Double,
    Literal,
    Folded
  }

  private final Random random;
  private final StringBuilder out = new StringBuilder();
  private final List<Target> targets = new ArrayList<>();
  private final Set<String> aliased = new HashSet<>();
  private final List<String> anchors = new ArrayList<>();
  private final List<String> under = new ArrayList<>();
  private final String eol;
  private int document;
  private int names;

  YamlMaker(Random random) {
    this.random = random;
    this.eol = random.nextInt(4) == 0 ? "\r\n" : "\n";
  }

  /** Text of a file; ask for its targets afterwards. */
  String file() {
    if (random.nextInt(8) == 0) {
      out.append('\uFEFF');
    }
    int documents = 1 + random.nextInt(3);
    for (document = 0; document < documents; document++) {
      anchors.clear();
      if (document > 0 || random.nextBoolean()) {
        out.append("---").append(chance(4) ? " # next" : "").append(eol);
      }
      if (document > 0 && chance(8)) {
        out.append("# empty").append(eol);
      } else if (chance(5)) {
        sequence(0, "", 0);
      } else {
        mapping(0, "", 0);
      }
    }
    if (chance(5)) {
      out.setLength(out.length() - eol.length());
      targets.removeIf(t -> t.end > out.length());
    }
    return out.toString();
  }

  List<Target> targets() {
    return targets;
  }

  boolean isShared(Target target) {
    return target.under.stream().anyMatch(aliased::contains);
  }

  /** A value to write where {@code target} stands: of its type, and of its length for a block. */
  String wish(Target target) {
    return switch (target.form) {
      case Typed ->
          switch (target.text) {
            case "true", "false" -> random.nextBoolean() ? "true" : "false";
            case "1.5" -> random.nextInt(9) + "." + random.nextInt(9);
            case "1e3" -> random.nextInt(9) + "e" + random.nextInt(9);
            default -> "" + random.nextInt(99);
          };
      case Literal, Folded -> {
        String body = one(PLAIN) + (chance(2) ? "\n" + one(ODD).replaceAll("\\p{Cntrl}", "") : "");
        String tail = target.text.replaceFirst("^(?s).*?(\n*)\\z", "$1");
        yield body.stripTrailing() + tail;
      }
      case Plain, Single, Double -> chance(3) ? one(PLAIN) : one(ODD);
    };
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  private String one(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }

  private void noise(int indent) {
    if (chance(6)) {
      out.append(chance(2) ? "" : " ".repeat(indent) + "# über\t{x: *y}").append(eol);
    }
  }

  private void mapping(int indent, String pointer, int depth) {
    int size = 1 + random.nextInt(5);
    for (int i = 0; i < size; i++) {
      noise(indent);
      String key = "k" + i + (chance(8) ? "/ü~" : "");
      boolean quoted = chance(6);
      out.append(" ".repeat(indent)).append(quoted ? "\"" + key + "\"" : key).append(':');
      String place = pointer + "/" + key.replace("~", "~0").replace("/", "~1");
      entry(indent, place, depth);
    }
  }

  private void sequence(int indent, String pointer, int depth) {
    int size = 1 + random.nextInt(4);
    for (int i = 0; i < size; i++) {
      noise(indent);
      out.append(" ".repeat(indent)).append('-');
      entry(indent, pointer + "/" + i, depth);
    }
  }

  /** What stands after a colon or a dash, up to the end of its lines. */
  private void entry(int indent, String pointer, int depth) {
    if (!anchors.isEmpty() && chance(12)) {
      String name = one(anchors);
      aliased.add(document + name);
      out.append(" *").append(name).append(eol);
      return;
    }
    String anchor = chance(10) ? "n" + names++ : "";
    if (!anchor.isEmpty()) {
      out.append(" &").append(anchor);
      under.add(document + anchor);
    }
    int kind = random.nextInt(depth > 3 ? 5 : 9);
    if (kind < 4) {
      out.append(" ");
      scalar(pointer, false);
      comment();
      out.append(eol);
    } else if (kind == 4) {
      block(indent, pointer);
    } else if (kind == 5) {
      out.append(" ");
      flow(pointer, 0);
      comment();
      out.append(eol);
    } else {
      comment();
      out.append(eol);
      if (kind == 6) {
        sequence(indent + 2, pointer, depth + 1);
      } else {
        mapping(indent + 2, pointer, depth + 1);
      }
    }
    if (!anchor.isEmpty()) {
      under.removeLast();
      anchors.add(anchor);
    }
  }

  private void comment() {
    if (chance(4)) {
      out.append("  # {\"$imagepolicy\": \"é:x\"}");
    }
  }

  private void flow(String pointer, int depth) {
    boolean isMap = random.nextBoolean();
    int size = random.nextInt(4);
    out.append(isMap ? '{' : '[');
    for (int i = 0; i < size; i++) {
      out.append(i == 0 ? "" : chance(2) ? ", " : ",");
      out.append(isMap ? "f" + i + ": " : "");
      String place = pointer + "/" + (isMap ? "f" + i : "" + i);
      if (depth < 2 && chance(4)) {
        flow(place, depth + 1);
      } else {
        scalar(place, true);
      }
    }
    out.append(isMap ? '}' : ']');
  }

  private void scalar(String pointer, boolean inFlow) {
    Form form = Form.values()[random.nextInt(4)];
    String text =
        switch (form) {
          case Typed -> one(TYPED);
          case Plain -> one(PLAIN);
          default -> chance(2) ? one(PLAIN) : one(ODD).replaceAll("[\\p{Cntrl}\u2028\uFEFF]", "");
        };
    if (form == Form.Plain && inFlow && text.matches(".*[,:#-].*")) {
      text = "app";
    }
    String written =
        switch (form) {
          case Single -> "'" + text.replace("'", "''") + "'";
          case Double -> "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
          default -> text;
        };
    add(pointer, written, text, form);
  }

  private void add(String pointer, String written, String text, Form form) {
    int start = out.length();
    out.append(written);
    targets.add(new Target(document, pointer, start, out.length(), text, form, Set.copyOf(under)));
  }

  private void block(int indent, String pointer) {
    boolean isLiteral = random.nextBoolean();
    boolean isStripped = random.nextBoolean();
    List<String> lines = new ArrayList<>();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      lines.add(one(PLAIN));
    }
    String pad = " ".repeat(indent + 1 + random.nextInt(3));
    String header = (isLiteral ? "|" : ">") + (isStripped ? "-" : "") + (chance(5) ? " # é" : "");
    out.append(' ');
    String written = header + eol + pad + String.join(eol + pad, lines);
    String text = String.join(isLiteral ? "\n" : " ", lines) + (isStripped ? "" : "\n");
    add(pointer, written, text, isLiteral ? Form.Literal : Form.Folded);
    out.append(eol);
    if (chance(6)) {
      out.append(eol);
    }
  }
}
