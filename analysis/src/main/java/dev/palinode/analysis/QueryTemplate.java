package dev.palinode.analysis;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A query with placeholders for the arms. {@code {{candidate.pods}}} and {@code {{stable.pods}}}
 * are meant for {@code pod=~"…"}; without pods they match none, never all.
 */
public final class QueryTemplate {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(.*?)}}", Pattern.DOTALL);
  private static final List<String> KNOWN =
      List.of(
          "candidate.pods",
          "stable.pods",
          "candidate.revision",
          "service.name",
          "service.namespace");

  /** No Kubernetes name is this, so the regular expression matches nothing. */
  private static final String NOBODY = "-";

  private QueryTemplate() {}

  /** Each one a sentence that says what to do; empty when the text can be used. */
  public static List<String> problems(String text) {
    List<String> unknown =
        PLACEHOLDER
            .matcher(text)
            .results()
            .map(m -> m.group(1).strip())
            .filter(name -> !KNOWN.contains(name))
            .distinct()
            .map(name ->
                "unknown placeholder {{%s}}; known are %s"
                    .formatted(
                        name,
                        KNOWN.stream().map(k -> "{{" + k + "}}").collect(Collectors.joining(", "))))
            .toList();
    if (!unknown.isEmpty()) {
      return unknown;
    }
    String rest = PLACEHOLDER.matcher(text).replaceAll("");
    return rest.contains("{{") ? List.of("a placeholder is not closed: add }}") : List.of();
  }

  /** The query for these arms; throws where {@link #problems} finds any. */
  static String fill(String text, Arms arms) {
    return fill(
        text,
        arms,
        pods -> pods.stream().map(p -> p.replace(".", "[.]")).collect(Collectors.joining("|")));
  }

  private static String fill(String text, Arms arms, Function<List<String>, String> anyOf) {
    List<String> problems = problems(text);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    Map<String, String> values = new LinkedHashMap<>();
    values.put("candidate.pods", someOf(arms.candidatePods(), anyOf));
    values.put("stable.pods", someOf(arms.stablePods(), anyOf));
    values.put("candidate.revision", arms.candidateRevision());
    values.put("service.name", arms.serviceName());
    values.put("service.namespace", arms.serviceNamespace());
    return PLACEHOLDER
        .matcher(text)
        .replaceAll((MatchResult m) -> Matcher.quoteReplacement(value(values, m.group(1).strip())));
  }

  /** The same for stores whose patterns are {@code {a,b}}, such as Graphite. */
  static String pattern(String text, Arms arms) {
    return fill(
        text,
        arms,
        pods -> pods.size() == 1 ? pods.getFirst() : "{" + String.join(",", pods) + "}");
  }

  private static String value(Map<String, String> values, String name) {
    return values.getOrDefault(name, NOBODY);
  }

  /**
   * Names hold letters, digits, '-', '_' and '.'; a class escapes the dot in every kind of quote.
   */
  private static String someOf(List<String> pods, Function<List<String>, String> anyOf) {
    return pods.isEmpty() ? NOBODY : anyOf.apply(pods);
  }
}
