package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Passage;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.WriteOutcome;
import java.io.IOException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
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
      Pattern.compile(
          "(?i)not authorized|authentication is required|authentication not supported|not"
              + " permitted|cannot log in at");

  /**
   * A server that wants to see a certificate, or another one, ends the connection with an alert.
   */
  private static final Pattern SHOWN =
      Pattern.compile(
          "Received fatal alert: (certificate_required|bad_certificate|certificate_unknown"
              + "|unsupported_certificate|certificate_expired|certificate_revoked|unknown_ca"
              + "|access_denied)");

  private static final Pattern PROXY =
      Pattern.compile("Unable to tunnel through proxy|Proxy returns|Proxy Authentication Required");
  private static final Pattern PROXY_LOGIN = Pattern.compile("\\b407\\b|Proxy Authentication");
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
    if (PROXY.matcher(words).find()) {
      return proxy(repository, credentials, words);
    }
    Optional<WriteOutcome> shown = shown(words, repository, credentials);
    if (shown.isPresent()) {
      return shown.get();
    }
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
    if (isUntrusted(e)) {
      return new WriteOutcome.Blocked(
          BlockReason.HostKey,
          "%s shows a certificate that is not trusted, so nothing was sent: %s. In its words: %s"
              .formatted(
                  repository.place(),
                  credentials.passage().tls().filter(Passage.Tls::believesOwn).isPresent()
                      ? "the authorities in ca.crt are believed instead of the platform's, and none"
                          + " of them signed it; correct ca.crt"
                      : "if it is signed by an authority of your own, put that authority's"
                          + " certificate as ca.crt into the Secret of credentialsRef, or into"
                          + " the writer's trust store"
                          + " (JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=FILE)",
                  words));
    }
    if (cause(e, NotSupportedException.class)) {
      return new WriteOutcome.Blocked(BlockReason.BadIntent, words);
    }
    return new WriteOutcome.Unreachable("cannot reach " + repository.place() + ": " + words);
  }

  /** What it means that a server ended a connection with these words; empty if it is not that. */
  static Optional<WriteOutcome> shown(
      String words, Repository repository, Credentials credentials) {
    return SHOWN.matcher(words).find()
        ? Optional.of(
            new WriteOutcome.Blocked(
                BlockReason.Credentials,
                "%s wants to see %s: check tls.crt and tls.key of %s. In its words: %s"
                    .formatted(
                        repository.place(),
                        credentials.passage().tls().filter(Passage.Tls::showsOwn).isPresent()
                            ? "another client certificate than ours"
                            : "a client certificate, and there is none",
                        credentials.origin(),
                        words)))
        : Optional.empty();
  }

  private static WriteOutcome proxy(Repository repository, Credentials credentials, String words) {
    Optional<Passage.Proxy> own = credentials.passage().proxy();
    String name = own.map(Passage.Proxy::toString).orElse("the platform's proxy");
    return PROXY_LOGIN.matcher(words).find()
        ? new WriteOutcome.Blocked(
            BlockReason.Credentials,
            "%s does not let us through to %s: check %s. In its words: %s"
                .formatted(
                    name,
                    repository.place(),
                    own.map(Passage.Proxy::origin).orElse("its user and password"),
                    words))
        : new WriteOutcome.Unreachable(
            "%s gives no way to %s: %s".formatted(name, repository.place(), words));
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
        && !isUntrusted(e)
        && !PROXY.matcher(String.valueOf(e.getMessage())).find()
        && !cause(e, java.net.ConnectException.class)
        && !cause(e, java.net.UnknownHostException.class);
  }

  /** Other troubles of TLS, such as a connection that is cut, pass by themselves. */
  private static boolean isUntrusted(IOException e) {
    return cause(e, CertificateException.class)
        || cause(e, CertPathBuilderException.class)
        || cause(e, CertPathValidatorException.class)
        || cause(e, SSLPeerUnverifiedException.class);
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
