package dev.palinode.analysis;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a {@link Provider} is asked about one arm.
 *
 * @param metric its name in the template
 * @param candidate true of the candidate, false of stable
 * @param questions the template's own words by the field they stand in, placeholders not filled
 * @param from beginning of the time that is asked about
 * @param to its end, inside
 */
public record Inquiry(
    String metric,
    Arms arms,
    boolean candidate,
    Map<String, String> questions,
    Instant from,
    Instant to) {
  public Inquiry {
    questions = Map.copyOf(questions);
  }

  /** The arm's pods that run now. */
  public List<String> pods() {
    return candidate ? arms.candidatePods() : arms.stablePods();
  }

  /** The words with pods as a regular expression. */
  public Map<String, String> filled() {
    Map<String, String> filled = new TreeMap<>();
    questions.forEach((field, text) -> filled.put(field, QueryTemplate.fill(text, arms)));
    return filled;
  }

  /** The one question, with pods as a pattern {@code {a,b}}. */
  public String pattern() {
    return QueryTemplate.pattern(questions.values().iterator().next(), arms);
  }
}
