package dev.palinode.controller.gitops;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The agents' spellings of paths, branches and revisions, brought to git's own. */
final class GitPlace {
  private static final Pattern REVISION =
      Pattern.compile("(?:.*@)?(?:sha1:|sha256:)?([0-9a-fA-F]{64}|[0-9a-fA-F]{40})");

  private GitPlace() {}

  /** Relative to the repository's root, without {@code .} and {@code ..}; the root is empty. */
  static String path(String text) {
    Deque<String> parts = new ArrayDeque<>();
    for (String part : text.split("/", -1)) {
      switch (part) {
        case "", "." -> {}
        case ".." -> parts.pollLast();
        default -> parts.addLast(part);
      }
    }
    return String.join("/", parts);
  }

  /** {@code branch@sha1:<hex>}, {@code sha1:<hex>} or the bare hash. */
  static Optional<String> commit(String revision) {
    Matcher m = REVISION.matcher(revision.strip());
    return m.matches() ? Optional.of(m.group(1).toLowerCase(Locale.ROOT)) : Optional.empty();
  }

  /** The branch of a full reference name; tags and pull requests are none. */
  static Optional<String> branch(String reference) {
    String prefix = "refs/heads/";
    return reference.startsWith(prefix)
        ? Optional.of(reference.substring(prefix.length()))
        : Optional.empty();
  }
}
