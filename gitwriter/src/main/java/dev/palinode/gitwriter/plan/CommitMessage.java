package dev.palinode.gitwriter.plan;

import dev.palinode.crds.RevertSpec.Reason;
import dev.palinode.gitwriter.Intent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The text of our commit: a subject git users know, one paragraph, trailers that tools read. */
public final class CommitMessage {
  public static final String INTENT = "Rollback-Intent";

  /** GitHub, GitLab, Gitea, Forgejo, Bitbucket and Azure Pipelines all know this spelling. */
  private static final String SKIP_CI = " [skip ci]";

  private static final int MAX_NAMED = 20;
  private static final int MAX_READ = 64 << 10;

  private static final int MAX_TOLD = 3;
  private static final Pattern ISSUE =
      Pattern.compile("(?<![\\w/-])(?:#\\d{1,9}|[A-Z][A-Z0-9_]{1,9}-\\d{1,9})(?![\\w-])");

  /** Prefixes of what looks like an issue key and is a standard. */
  private static final Set<String> NO_PROJECTS =
      Set.of("UTF", "SHA", "ISO", "RFC", "CVE", "CWE", "TLS", "HTTP", "AES", "RSA", "MD");

  /**
   * A commit that brought what goes back.
   *
   * @param message its whole text
   * @param author its author's name
   */
  public record Introduced(String commit, String message, String author) {
    /** The first paragraph as one line. */
    String subject() {
      return message.strip().split("\\R\\s*\\R", 2)[0];
    }
  }

  private CommitMessage() {}

  /**
   * @param introduced newest first
   * @param isWhole true if the only introducing commit is undone completely
   */
  public static String of(
      Intent intent, String good, List<Introduced> introduced, boolean isWhole, Plan.Restore plan) {
    var object = intent.object();
    String name = object.namespace() + "/" + object.name();
    String subject = introduced.isEmpty() ? "changes of " + name : introduced.getFirst().subject();
    String reason = reason(intent.reason());
    StringBuilder text = new StringBuilder();
    text.append("Revert \"").append(line(subject, 100)).append('"');
    text.append(intent.skipCi() ? SKIP_CI : "").append("\n\n");
    text.append(line(object.kind() + " " + name, 300))
        .append(" goes back to its state of ")
        .append(good, 0, 12)
        .append(reason.isEmpty() ? "." : ": " + reason + ".")
        .append('\n');
    introduced.stream().limit(MAX_TOLD).forEach(i -> text.append(told(i)));
    if (isWhole && introduced.size() == 1) {
      text.append("This reverts commit ").append(introduced.getFirst().commit()).append(".\n");
    }
    return text.append('\n')
        .append(String.join("\n", trailers(intent, good, introduced, reason, plan)))
        .append('\n')
        .toString();
  }

  private static String told(Introduced introduced) {
    String author = line(introduced.author(), 100);
    return "It undoes %s \"%s\"%s.\n"
        .formatted(
            introduced.commit().substring(0, 12),
            line(introduced.subject(), 100),
            author.isEmpty() ? "" : " by " + author);
  }

  private static List<String> trailers(
      Intent intent, String good, List<Introduced> introduced, String reason, Plan.Restore plan) {
    var object = intent.object();
    List<String> trailers = new ArrayList<>();
    trailers.add(INTENT + ": " + intent.id());
    trailers.add(
        "Rollback-Target: "
            + line(
                intent.cluster()
                    + "/"
                    + object.namespace()
                    + "/"
                    + object.kind()
                    + "/"
                    + object.name(),
                700));
    Stream.concat(Stream.of(intent.path()), intent.files().stream())
        .map(TreePath::normal)
        .map(path -> "Rollback-Path: " + (path.isEmpty() ? "." : path))
        .distinct()
        .forEach(trailers::add);
    introduced.stream().limit(MAX_NAMED).forEach(i -> trailers.add("Rollback-Of: " + i.commit()));
    issues(introduced).forEach(key -> trailers.add("Rollback-Issue: " + key));
    trailers.add("Rollback-Good: " + good);
    trailers.add("Rollback-Mode: " + plan.level().name().toLowerCase(Locale.ROOT));
    plan.fields().stream()
        .limit(MAX_NAMED)
        .forEach(field -> trailers.add("Rollback-Field: " + line(field.toString(), 400)));
    if (!reason.isEmpty()) {
      trailers.add("Rollback-Reason: " + reason);
    }
    trailers.add("Rollback-Controller: palinode");
    return trailers;
  }

  /** Keys by which trackers find the commit: SHOP-123, #123. */
  private static List<String> issues(List<Introduced> introduced) {
    return introduced.stream()
        .map(i -> i.message().substring(0, Math.min(i.message().length(), MAX_READ)))
        .flatMap(message -> ISSUE.matcher(message).results().map(MatchResult::group))
        .filter(key -> !NO_PROJECTS.contains(key.replaceAll("-\\d+$", "")))
        .distinct()
        .limit(MAX_NAMED)
        .toList();
  }

  private static String reason(@Nullable Reason reason) {
    if (reason == null) {
      return "";
    }
    List<String> parts = new ArrayList<>();
    if (reason.metric() != null) {
      parts.add(reason.metric());
    }
    if (reason.observed() != null) {
      parts.add("observed " + reason.observed());
    }
    if (reason.limit() != null) {
      parts.add("limit " + reason.limit());
    }
    if (reason.step() != null) {
      parts.add("step " + reason.step());
    }
    if (reason.weight() != null) {
      parts.add("weight " + reason.weight().asPercent() + "%");
    }
    if (reason.requests() != null) {
      parts.add(reason.requests() + " requests");
    }
    if (reason.message() != null) {
      parts.add(reason.message());
    }
    return line(String.join(", ", parts), 500);
  }

  /** One line of printable text: whatever it says, it cannot become a line of its own. */
  public static String line(String text, int max) {
    StringBuilder out = new StringBuilder();
    boolean blank = false;
    int[] points = text.codePoints().limit(4L * max).toArray();
    for (int c : points) {
      if (Character.isWhitespace(c) || Character.isSpaceChar(c) || !isPrintable(c)) {
        blank = !out.isEmpty();
      } else {
        if (blank) {
          out.append(' ');
          blank = false;
        }
        out.appendCodePoint(c);
      }
      if (out.length() >= max) {
        return out.append("...").toString();
      }
    }
    return out.toString();
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
