package dev.palinode.analysis.rivals;

import dev.palinode.analysis.rivals.ArgoExpression.Node;
import dev.palinode.analysis.rivals.ArgoExpression.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The closures of expr-lang over a list: {@code all(result, {# >= 0.95})}. */
final class ArgoClosures {
  private ArgoClosures() {}

  /** Reads what follows the name. */
  static Node read(String name, ArgoExpression expression, ArgoTokens tokens) {
    tokens.expect("(");
    Node list = expression.ternary();
    tokens.expect(",");
    tokens.expect("{");
    Node predicate = expression.ternary();
    tokens.expect("}");
    tokens.expect(")");
    return scope -> {
      List<?> values = ArgoExpression.list(list.in(scope));
      long holding =
          values.stream()
              .filter(value -> ArgoExpression.truth(predicate.in(new Inner(scope.result(), value))))
              .count();
      return switch (name) {
        case "all" -> holding == values.size();
        case "any" -> holding > 0;
        case "none" -> holding == 0;
        case "one" -> holding == 1;
        default -> throw new IllegalArgumentException("no closure: " + name);
      };
    };
  }

  private record Inner(@Nullable Object result, @Nullable Object element) implements Scope {}
}
