package dev.palinode.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A plain PromQL vector selector: a metric's name and matchers on its labels, nothing else. Raw
 * samples can be read of nothing else: rate() and increase() extrapolate and lose the first sample
 * of a new series, which is exactly the errors of a bad release.
 */
record Selector(String metric, List<Matcher> matchers) {

  /** One condition on a label; {@code value} is the text itself, without quotes or escapes. */
  record Matcher(String label, String operator, String value) {
    @Override
    public String toString() {
      String quoted = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
      return label + operator + '"' + quoted + '"';
    }
  }

  /** A text that is no plain selector; the message says what to do. */
  static final class NotASelector extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotASelector(String message) {
      super(message);
    }
  }

  Selector {
    matchers = List.copyOf(matchers);
  }

  /** Throws {@link NotASelector}. */
  static Selector parse(String text) {
    return new Parser(text).selector();
  }

  Selector and(String label, String operator, String value) {
    List<Matcher> more = new ArrayList<>(matchers);
    more.add(new Matcher(label, operator, value));
    return new Selector(metric, more);
  }

  Selector without(String label) {
    return new Selector(metric, matchers.stream().filter(m -> !m.label().equals(label)).toList());
  }

  List<Matcher> on(String label) {
    return matchers.stream().filter(m -> m.label().equals(label)).toList();
  }

  @Override
  public String toString() {
    return matchers.isEmpty()
        ? metric
        : matchers.stream()
            .map(Matcher::toString)
            .collect(Collectors.joining(",", metric + "{", "}"));
  }

  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    Selector selector() {
      String metric = word(true);
      List<Matcher> matchers = new ArrayList<>();
      if (skip("{")) {
        while (!skip("}")) {
          matchers.add(matcher());
          if (!skip(",") && !peek("}")) {
            throw problem("',' or '}' expected");
          }
        }
      }
      space();
      if (at < text.length()) {
        throw problem("only a counter's name and {matchers} are allowed");
      }
      return new Selector(metric, matchers);
    }

    private Matcher matcher() {
      String label = word(false);
      for (String operator : List.of("=~", "!~", "!=", "=")) {
        if (skip(operator)) {
          return new Matcher(label, operator, string());
        }
      }
      throw problem("one of = != =~ !~ expected");
    }

    private String word(boolean colons) {
      space();
      int start = at;
      while (at < text.length() && isWord(text.charAt(at), at > start, colons)) {
        at++;
      }
      if (at == start) {
        throw problem(colons ? "the name of a counter expected" : "a label expected");
      }
      return text.substring(start, at);
    }

    private static boolean isWord(char c, boolean inside, boolean colons) {
      return c == '_'
          || (c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (inside && c >= '0' && c <= '9')
          || (colons && c == ':');
    }

    private String string() {
      space();
      char quote = at < text.length() ? text.charAt(at) : ' ';
      if (quote != '"' && quote != '\'' && quote != '`') {
        throw problem("a quoted value expected");
      }
      StringBuilder value = new StringBuilder();
      for (at++; at < text.length() && text.charAt(at) != quote; at++) {
        char c = text.charAt(at);
        value.append(c == '\\' && quote != '`' ? escaped() : c);
      }
      if (at >= text.length()) {
        throw problem("the quote is not closed");
      }
      at++;
      return value.toString();
    }

    private char escaped() {
      at++;
      return switch (at < text.length() ? text.charAt(at) : ' ') {
        case '\\' -> '\\';
        case '"' -> '"';
        case '\'' -> '\'';
        case 'n' -> '\n';
        case 't' -> '\t';
        default -> throw problem("unknown escape; write a backslash of a regular expression twice");
      };
    }

    private boolean skip(String token) {
      boolean found = peek(token);
      at += found ? token.length() : 0;
      return found;
    }

    private boolean peek(String token) {
      space();
      return text.startsWith(token, at);
    }

    private void space() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
    }

    private NotASelector problem(String what) {
      return new NotASelector(
          "'%s' is not a plain selector at character %d: %s; write it as name{label=\"value\"}, without rate(), [range], offset or arithmetic"
              .formatted(text, at + 1, what));
    }
  }
}
