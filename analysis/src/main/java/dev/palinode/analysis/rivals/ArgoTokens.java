package dev.palinode.analysis.rivals;

import dev.palinode.analysis.rivals.ArgoExpression.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The words of a condition, taken from left to right. */
final class ArgoTokens {
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(?<number>[0-9][0-9_]*(?:[.][0-9]+)?(?:[eE][-+]?[0-9]+)?|[.][0-9]+)"
              + "|(?<word>[A-Za-z_][A-Za-z0-9_]*)"
              + "|\"(?<double>[^\"\\\\]*)\"|'(?<single>[^'\\\\]*)'"
              + "|(?<symbol>[|][|]|&&|[=!<>]=|[-+*/%<>!?:#,(){}\\[\\]]))");

  enum Kind {
    NUMBER,
    WORD,
    STRING,
    SYMBOL,
    END
  }

  record Token(Kind kind, String text) {}

  private final List<Token> tokens = new ArrayList<>();
  private int at;

  ArgoTokens(String text) {
    Matcher matcher = TOKEN.matcher(text.strip());
    int from = 0;
    while (from < matcher.regionEnd()) {
      matcher.region(from, text.strip().length());
      if (!matcher.lookingAt()) {
        throw new Failure("cannot be read from '" + text.strip().substring(from) + "' on");
      }
      tokens.add(token(matcher));
      from = matcher.end();
    }
    tokens.add(new Token(Kind.END, "end"));
  }

  private static Token token(Matcher matcher) {
    for (Kind kind : List.of(Kind.NUMBER, Kind.WORD, Kind.SYMBOL)) {
      String text = matcher.group(kind.name().toLowerCase(java.util.Locale.ROOT));
      if (text != null) {
        return new Token(kind, kind == Kind.NUMBER ? text.replace("_", "") : text);
      }
    }
    String text = matcher.group("double");
    return new Token(Kind.STRING, text != null ? text : matcher.group("single"));
  }

  Token next() {
    Token token = tokens.get(at);
    at = Math.min(at + 1, tokens.size() - 1);
    return token;
  }

  /** Takes the next word if it is this operator. */
  boolean accept(String operator) {
    Token token = tokens.get(at);
    boolean is =
        (token.kind() == Kind.SYMBOL || token.kind() == Kind.WORD) && token.text().equals(operator);
    if (is) {
      at++;
    }
    return is;
  }

  @Nullable String acceptOne(List<String> operators) {
    return operators.stream().filter(this::accept).findFirst().orElse(null);
  }

  void expect(String operator) {
    if (!accept(operator)) {
      throw new Failure("expected '" + operator + "', found '" + tokens.get(at).text() + "'");
    }
  }

  void end() {
    if (tokens.get(at).kind() != Kind.END) {
      throw new Failure("unexpected '" + tokens.get(at).text() + "'");
    }
  }
}
