package dev.palinode.gitwriter.forge;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Who owns which files, as a CODEOWNERS file says it: patterns like those of gitignore, the last
 * that matches counts. Sections of GitLab, {@code [Name] @default}, keep the last match of each.
 */
final class Codeowners {
  private static final int MAX_LINES = 10_000;
  private static final Pattern SECTION =
      Pattern.compile("\\^?\\[([^\\]]+)\\](?:\\[\\d+\\])?\\s*(.*)");

  /**
   * @param section "" where the file has none
   */
  private record Rule(String section, OwnersPattern pattern, List<String> owners) {}

  private final List<Rule> rules;

  private Codeowners(List<Rule> rules) {
    this.rules = rules;
  }

  /** Lines that cannot be read are passed over, as the hosts do. */
  static Codeowners parse(String text) {
    List<Rule> rules = new ArrayList<>();
    String section = "";
    List<String> usual = List.of();
    for (String raw : text.lines().limit(MAX_LINES).toList()) {
      String line = withoutComment(raw).strip();
      if (line.isEmpty()) {
        continue;
      }
      var head = SECTION.matcher(line);
      if (head.matches()) {
        section = head.group(1);
        usual = owners(head.group(2));
        continue;
      }
      String[] parts = line.split("(?<!\\\\)\\s+", 2);
      List<String> named = parts.length > 1 ? owners(parts[1]) : List.of();
      rules.add(
          new Rule(
              section,
              OwnersPattern.of(parts[0].replace("\\ ", " ")),
              named.isEmpty() && !section.isEmpty() ? usual : named));
    }
    return new Codeowners(rules);
  }

  /**
   * Owners of the files, as written, in the order of the file; a rule without owners takes away.
   */
  List<String> of(List<String> files) {
    Set<String> all = new LinkedHashSet<>();
    for (String file : files) {
      for (String section : sections()) {
        rules.stream()
            .filter(r -> r.section().equals(section) && r.pattern().matches(file))
            .reduce((_, last) -> last)
            .ifPresent(r -> all.addAll(r.owners()));
      }
    }
    return List.copyOf(all);
  }

  private Set<String> sections() {
    Set<String> names = new LinkedHashSet<>();
    rules.forEach(r -> names.add(r.section()));
    return names;
  }

  private static String withoutComment(String line) {
    for (int i = 0; i < line.length(); i++) {
      boolean starts = i == 0 || Character.isWhitespace(line.charAt(i - 1));
      if (line.charAt(i) == '#' && starts) {
        return line.substring(0, i);
      }
    }
    return line;
  }

  private static List<String> owners(String text) {
    List<String> found = new ArrayList<>();
    for (String word : text.strip().split("\\s+")) {
      if (word.matches("@[A-Za-z0-9._/-]{1,200}|[^@\\s]{1,100}@[^@\\s]{1,200}")) {
        found.add(word);
      }
    }
    return found;
  }
}
