package dev.palinode.analysis.rivals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A condition of an Argo Rollouts metric, in the part of expr-lang that such conditions use:
 * numbers, strings, {@code true}, {@code false}, {@code nil}, {@code result}, indexing, arithmetic,
 * comparison, {@code and or not} in both spellings, {@code a ? b : c}, {@code len}, and Argo's own
 * {@code asInt asFloat isNaN isInf isNil default}. {@link ArgoClosures} adds {@code all any none
 * one}. Values are Double, String, Boolean, List and null; numbers are always floating.
 */
public final class ArgoExpression {
  /** A condition that cannot be read or evaluated; Argo counts that as an error. */
  public static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    Failure(String message) {
      super(message, null, false, false);
    }
  }

  /** Reads the variables of an evaluation. */
  interface Scope {
    @Nullable Object result();

    /** The {@code #} of a closure. */
    @Nullable Object element();
  }

  /** Something that has a value. */
  interface Node {
    @Nullable Object in(Scope scope);
  }

  /** The levels of binary operators, from the loosest to the tightest. */
  private static final List<List<String>> LEVELS =
      List.of(
          List.of("||", "or"),
          List.of("&&", "and"),
          List.of("==", "!=", "<=", ">=", "<", ">"),
          List.of("+", "-"),
          List.of("*", "/", "%"));

  /** Deeper ones are nobody's; reading them would need a stack of their own. */
  private static final int DEEPEST = 50;

  private final ArgoTokens tokens;
  private int depth;

  private ArgoExpression(ArgoTokens tokens) {
    this.tokens = tokens;
  }

  /** What is wrong with a condition whatever it is asked about; empty when it can be read. */
  public static Optional<String> problem(String condition) {
    try {
      parse(condition);
      return Optional.empty();
    } catch (Failure e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static Node parse(String condition) {
    ArgoExpression expression = new ArgoExpression(new ArgoTokens(condition));
    Node node = expression.ternary();
    expression.tokens.end();
    return node;
  }

  /**
   * Whether {@code condition} holds.
   *
   * @param result what the metric provider measured
   * @throws Failure if the condition is malformed, asks for what is not there, or is not a boolean
   */
  public static boolean holds(String condition, @Nullable Object result) {
    Object value =
        parse(condition)
            .in(
                new Scope() {
                  @Override
                  public @Nullable Object result() {
                    return result;
                  }

                  @Override
                  public Object element() {
                    throw new Failure("# stands outside of a closure");
                  }
                });
    if (value instanceof Boolean truth) {
      return truth;
    }
    throw new Failure("the condition is not a boolean");
  }

  Node ternary() {
    deeper();
    Node condition = binary(0);
    if (!tokens.accept("?")) {
      depth--;
      return condition;
    }
    Node yes = ternary();
    tokens.expect(":");
    Node no = ternary();
    depth--;
    return scope -> truth(condition.in(scope)) ? yes.in(scope) : no.in(scope);
  }

  private void deeper() {
    if (++depth > DEEPEST) {
      throw new Failure("the condition is nested more than " + DEEPEST + " deep");
    }
  }

  private Node binary(int level) {
    if (level == LEVELS.size()) {
      return unary();
    }
    Node left = binary(level + 1);
    for (String operator = tokens.acceptOne(LEVELS.get(level));
        operator != null;
        operator = tokens.acceptOne(LEVELS.get(level))) {
      left = joined(operator, left, binary(level + 1));
    }
    return left;
  }

  private static Node joined(String operator, Node left, Node right) {
    return switch (operator) {
      case "||", "or" -> scope -> truth(left.in(scope)) || truth(right.in(scope));
      case "&&", "and" -> scope -> truth(left.in(scope)) && truth(right.in(scope));
      case "==" -> scope -> equal(left.in(scope), right.in(scope));
      case "!=" -> scope -> !equal(left.in(scope), right.in(scope));
      case "<" -> scope -> number(left.in(scope)) < number(right.in(scope));
      case "<=" -> scope -> number(left.in(scope)) <= number(right.in(scope));
      case ">" -> scope -> number(left.in(scope)) > number(right.in(scope));
      case ">=" -> scope -> number(left.in(scope)) >= number(right.in(scope));
      case "+" -> arithmetic(left, right, (a, b) -> a + b);
      case "-" -> arithmetic(left, right, (a, b) -> a - b);
      case "*" -> arithmetic(left, right, (a, b) -> a * b);
      case "/" -> arithmetic(left, right, (a, b) -> a / b);
      case "%" -> arithmetic(left, right, (a, b) -> a % b);
      default -> throw new Failure("unknown operator " + operator);
    };
  }

  private static Node arithmetic(Node left, Node right, BinaryOperator<Double> operation) {
    return scope -> operation.apply(number(left.in(scope)), number(right.in(scope)));
  }

  private Node unary() {
    if (tokens.acceptOne(List.of("!", "not")) != null) {
      Node operand = operand();
      return scope -> !truth(operand.in(scope));
    }
    if (tokens.accept("-")) {
      Node operand = operand();
      return scope -> -number(operand.in(scope));
    }
    Node node = primary();
    while (tokens.accept("[")) {
      Node index = ternary();
      tokens.expect("]");
      Node list = node;
      node = scope -> element(list.in(scope), index.in(scope));
    }
    return node;
  }

  private Node operand() {
    deeper();
    Node operand = unary();
    depth--;
    return operand;
  }

  private Node primary() {
    if (tokens.accept("(")) {
      Node inner = ternary();
      tokens.expect(")");
      return inner;
    }
    if (tokens.accept("#")) {
      return Scope::element;
    }
    ArgoTokens.Token token = tokens.next();
    return switch (token.kind()) {
      case NUMBER -> constant(Double.valueOf(token.text()));
      case STRING -> constant(token.text());
      case WORD -> word(token.text());
      case SYMBOL, END -> throw new Failure("unexpected '" + token.text() + "'");
    };
  }

  private static Node constant(@Nullable Object value) {
    return _ -> value;
  }

  private Node word(String word) {
    return switch (word) {
      case "true" -> constant(true);
      case "false" -> constant(false);
      case "nil" -> constant(null);
      case "result" -> Scope::result;
      case "all", "any", "none", "one" -> ArgoClosures.read(word, this, tokens);
      default -> call(word, arguments());
    };
  }

  private List<Node> arguments() {
    tokens.expect("(");
    List<Node> arguments = new ArrayList<>();
    if (!tokens.accept(")")) {
      do {
        arguments.add(ternary());
      } while (tokens.accept(","));
      tokens.expect(")");
    }
    return arguments;
  }

  private static Node call(String name, List<Node> arguments) {
    return switch (name) {
      case "default" -> {
        take(name, arguments, 2);
        yield scope -> {
          Object value = arguments.get(0).in(scope);
          return value == null ? arguments.get(1).in(scope) : value;
        };
      }
      case "len" -> of(name, arguments, value -> (double) list(value).size());
      case "isNil" -> of(name, arguments, value -> value == null);
      case "isNaN" -> of(name, arguments, value -> Double.isNaN(number(value)));
      case "isInf" -> of(name, arguments, value -> Double.isInfinite(number(value)));
      case "asFloat" -> of(name, arguments, ArgoExpression::converted);
      case "asInt" -> of(name, arguments, value -> (double) (long) converted(value));
      default -> throw new Failure("unknown name " + name);
    };
  }

  private static Node of(
      String name, List<Node> arguments, UnaryOperator<@Nullable Object> function) {
    take(name, arguments, 1);
    return scope -> function.apply(arguments.getFirst().in(scope));
  }

  private static void take(String name, List<Node> arguments, int count) {
    if (arguments.size() != count) {
      throw new Failure(name + " takes " + count + (count == 1 ? " argument" : " arguments"));
    }
  }

  static List<?> list(@Nullable Object value) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw new Failure("not a list");
  }

  static boolean truth(@Nullable Object value) {
    if (value instanceof Boolean truth) {
      return truth;
    }
    throw new Failure("not a boolean");
  }

  private static double number(@Nullable Object value) {
    if (value instanceof Double number) {
      return number;
    }
    throw new Failure("not a number");
  }

  private static double converted(@Nullable Object value) {
    if (value instanceof String text) {
      try {
        return Double.parseDouble(text);
      } catch (NumberFormatException e) {
        throw new Failure("'" + text + "' is not a number");
      }
    }
    return number(value);
  }

  private static boolean equal(@Nullable Object a, @Nullable Object b) {
    return a instanceof Double x && b instanceof Double y
        ? x.doubleValue() == y.doubleValue()
        : java.util.Objects.equals(a, b);
  }

  private static @Nullable Object element(@Nullable Object list, @Nullable Object index) {
    double at = number(index);
    List<?> values = list(list);
    // As in expr-lang, negative ones count from the end.
    double from = at < 0 ? at + values.size() : at;
    if (from != Math.rint(from) || from < 0 || from >= values.size()) {
      throw new Failure("index out of range: " + index + " of " + values.size());
    }
    return values.get((int) from);
  }
}
