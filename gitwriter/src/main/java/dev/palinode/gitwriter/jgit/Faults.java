package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.WriteOutcome;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;
import org.eclipse.jgit.errors.NotSupportedException;
import org.jspecify.annotations.Nullable;

/** What an exception or a rejection of a git server means, in words a person can act on. */
final class Faults {
  private static final int MAX_WORDS = 4096;
  private static final Pattern STATUS = Pattern.compile("(?:: |^)([345]\\d\\d)\\b");
  private static final Pattern NO_BRANCH = Pattern.compile("does not have .* available for fetch");
  private static final Pattern DENIED =
      Pattern.compile("(?i)not authorized|authentication is required|not permitted");
  private static final Pattern REDIRECTED = Pattern.compile("followRedirects|redirect");

  /** Words of servers that lost a race with themselves, not an argument with us. */
  private static final List<String> RACES =
      List.of(
          "failed to update ref",
          "cannot lock ref",
          "failed to lock",
          "lock error",
          "unable to lock",
          "incorrect old value",
          "reference already exists",
          "fetch first",
          "stale info",
          "non-fast-forward");

  /** Words of servers that mean it. */
  private static final List<String> REFUSALS =
      List.of(
          "hook declined",
          "gh006",
          "gh013",
          "protected",
          "declined",
          "not allowed",
          "denied",
          "prohibited",
          "tf40",
          "deny updating",
          "exceeds",
          "too large");

  /** Words of an operating system whose disk cannot take more. */
  private static final List<String> DISK =
      List.of("no space left on device", "disk quota exceeded", "read-only file system");

  private Faults() {}

  /**
   * JGit reports what went wrong on our own disk as a fault of the transport, too.
   *
   * @throws StoreFault if it is about the mirror and not about the server
   */
  static void throwIfStore(org.eclipse.jgit.lib.Repository store, IOException e) throws StoreFault {
    if (!store.getObjectDatabase().exists()) {
      throw new StoreFault("the mirror is gone", e);
    }
    String folder = store.getDirectory().getPath();
    for (@Nullable Throwable c = e; c != null; c = c.getCause()) {
      String message = String.valueOf(c.getMessage());
      String lower = message.toLowerCase(Locale.ROOT);
      if (message.contains(folder) || DISK.stream().anyMatch(lower::contains)) {
        throw new StoreFault(message, e);
      }
    }
    if (cause(e, MissingObjectException.class) || cause(e, CorruptObjectException.class)) {
      throw new StoreFault(String.valueOf(e.getMessage()), e);
    }
  }

  static WriteOutcome outcome(IOException e, Repository repository, Credentials credentials) {
    String words = words(e, credentials);
    int status = status(e);
    if (status == 401 || status == 403 || DENIED.matcher(words).find()) {
      return new WriteOutcome.Blocked(
          BlockReason.Credentials,
          "%s does not accept the credentials: check %s, and that it may write. The server says: %s"
              .formatted(repository, credentials.origin(), words));
    }
    if (NO_BRANCH.matcher(words).find()) {
      return noBranch(repository);
    }
    if (cause(e, NoRemoteRepositoryException.class) || status == 404) {
      return new WriteOutcome.Blocked(
          BlockReason.RepositoryMissing,
          "%s is not there, or the credentials may not see it: check the url and %s. The server says: %s"
              .formatted(repository, credentials.origin(), words));
    }
    if ((status >= 300 && status < 400) || REDIRECTED.matcher(words).find()) {
      return new WriteOutcome.Blocked(
          BlockReason.RepositoryMissing,
          "%s answers with a redirect, which is not followed because it could carry the credentials away: write the final url into the GitTarget, often it lacks .git"
              .formatted(repository));
    }
    if (cause(e, NotSupportedException.class)) {
      return new WriteOutcome.Blocked(BlockReason.BadIntent, words);
    }
    return new WriteOutcome.Unreachable("cannot reach " + repository.place() + ": " + words);
  }

  static WriteOutcome noBranch(Repository repository) {
    return new WriteOutcome.Blocked(
        BlockReason.RepositoryMissing,
        "%s has no such branch: create it or change the GitTarget".formatted(repository));
  }

  /** True unless it is certain that no command went out. */
  static boolean wasSent(IOException e) {
    int status = status(e);
    return !(status >= 300 && status < 500)
        && !DENIED.matcher(String.valueOf(e.getMessage())).find()
        && !cause(e, NoRemoteRepositoryException.class)
        && !cause(e, NotSupportedException.class)
        && !cause(e, java.net.ConnectException.class)
        && !cause(e, java.net.UnknownHostException.class);
  }

  static boolean isRace(String words) {
    String text = words.toLowerCase(Locale.ROOT);
    return RACES.stream().anyMatch(text::contains);
  }

  static boolean isRefusal(String words) {
    String text = words.toLowerCase(Locale.ROOT);
    return REFUSALS.stream().anyMatch(text::contains);
  }

  private static int status(IOException e) {
    Matcher status = STATUS.matcher(String.valueOf(e.getMessage()));
    return status.find() ? Integer.parseInt(status.group(1)) : 0;
  }

  /** What the server printed, then what it reported on the branch; nothing of ours in between. */
  static String serverWords(String messages, String reason, Credentials credentials) {
    String both = messages.isBlank() ? reason : messages.strip() + "\n" + reason;
    return cut(credentials.scrub(both.strip()));
  }

  static String words(IOException e, Credentials credentials) {
    StringBuilder text = new StringBuilder(String.valueOf(e.getMessage()));
    for (@Nullable Throwable c = e.getCause(); c != null; c = c.getCause()) {
      String message = c.getMessage();
      if (message == null) {
        text.append(": ").append(c.getClass().getSimpleName());
      } else if (text.indexOf(message) < 0) {
        text.append(": ").append(message);
      }
    }
    return cut(credentials.scrub(text.toString()));
  }

  private static String cut(String text) {
    return text.length() <= MAX_WORDS ? text : text.substring(0, MAX_WORDS) + "...";
  }

  private static boolean cause(Throwable e, Class<? extends Throwable> type) {
    for (@Nullable Throwable c = e; c != null; c = c.getCause()) {
      if (type.isInstance(c)) {
        return true;
      }
    }
    return false;
  }
}
