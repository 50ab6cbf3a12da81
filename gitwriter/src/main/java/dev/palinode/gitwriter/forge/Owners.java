package dev.palinode.gitwriter.forge;

import dev.palinode.gitwriter.Restoration;
import java.util.List;

/** The code owners of what goes back, as their file names them: logins, teams, mail addresses. */
record Owners(List<String> named) {
  private static final int MAX_ASKED = 15;

  Owners {
    named = List.copyOf(named);
  }

  static Owners of(Restoration.Ready ready) {
    return new Owners(
        ready.owners().map(text -> Codeowners.parse(text).of(ready.files())).orElse(List.of()));
  }

  /**
   * Whom the host is asked to ask; a mail address is nobody it knows.
   *
   * @param authors accounts of those who wrote the failed change
   */
  Forge.Reviewers reviewers(List<String> authors) {
    List<String> logins =
        named.stream()
            .filter(n -> n.startsWith("@"))
            .map(n -> n.substring(1))
            .limit(MAX_ASKED)
            .toList();
    return new Forge.Reviewers(
        logins.stream().filter(n -> !n.contains("/")).toList(),
        logins.stream().filter(n -> n.contains("/")).toList(),
        authors);
  }
}
