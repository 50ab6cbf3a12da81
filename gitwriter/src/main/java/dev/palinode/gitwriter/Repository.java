package dev.palinode.gitwriter;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** A branch of a remote, as a GitTarget names it. */
public record Repository(String url, String branch) {
  private static final Pattern BRANCH =
      Pattern.compile(
          "(?![-/.])(?!.*(\\.\\.|//|@\\{|/\\.|\\.lock(/|$)))[^\\p{Cntrl}\\s~^:?*\\[\\\\]*[^/.\\p{Cntrl}\\s~^:?*\\[\\\\]");

  /** The form user@host:path, which is no url. */
  private static final Pattern SCP = Pattern.compile("[^/@\\s]+@[^/:\\s]+:[^/].*");

  /** One spelling per remote: without user, final slash and {@code .git}, host in lower case. */
  public String canonicalUrl() {
    String text = url.strip();
    while (text.endsWith("/") && text.length() > 1) {
      text = text.substring(0, text.length() - 1);
    }
    if (text.endsWith(".git") && !text.endsWith("/.git")) {
      text = text.substring(0, text.length() - 4);
    }
    Optional<URI> uri = parse(text);
    if (uri.isPresent() && uri.get().getHost() != null) {
      URI u = uri.get();
      String scheme = u.getScheme().toLowerCase(Locale.ROOT);
      String host = u.getHost().toLowerCase(Locale.ROOT);
      String port = u.getPort() < 0 ? "" : ":" + u.getPort();
      return scheme + "://" + host + port + u.getRawPath();
    }
    return text.startsWith("file://") ? text.substring("file://".length()) : text;
  }

  /** A sentence that says why this cannot be written to, whatever the server says. */
  public Optional<String> problem() {
    if (!BRANCH.matcher(branch).matches()) {
      return Optional.of("'" + branch + "' is no branch name");
    }
    if (url.startsWith("/")) {
      return Optional.empty();
    }
    Optional<URI> uri = parse(url);
    String scheme = uri.map(URI::getScheme).map(s -> s.toLowerCase(Locale.ROOT)).orElse("");
    return switch (scheme) {
      case "http", "https" -> {
        if (uri.get().getHost() == null) {
          yield Optional.of("the url names no host");
        }
        yield uri.get().getRawUserInfo() == null
            ? Optional.empty()
            : Optional.of("the url holds credentials: move them into the Secret of credentialsRef");
      }
      case "ssh" -> {
        if (uri.get().getHost() == null) {
          yield Optional.of("the url names no host");
        }
        String user = Optional.ofNullable(uri.get().getRawUserInfo()).orElse("");
        yield user.contains(":")
            ? Optional.of("the url holds a password: ssh logs in with the key of credentialsRef")
            : Optional.empty();
      }
      case "file" ->
          uri.get().getAuthority() == null && uri.get().getPath().startsWith("/")
              ? Optional.empty()
              : Optional.of("a file url needs three slashes: file:///srv/git/repo.git");
      default ->
          Optional.of(
              SCP.matcher(url).matches()
                  ? "write the url as ssh://user@host/path"
                  : "the url must start with https://, http://, ssh://, file:/// or be an absolute"
                      + " path");
    };
  }

  /** True if the remote is a directory of this machine. */
  public boolean isLocal() {
    return url.startsWith("/") || url.startsWith("file:");
  }

  /** Host and port, or the path of a local one: what a person needs to know when it is away. */
  public String place() {
    return isLocal() ? canonicalUrl() : parse(url).map(URI::getAuthority).orElse("the remote");
  }

  private static Optional<URI> parse(String text) {
    try {
      return Optional.of(new URI(text));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /** Never shows a user or password, were there one. */
  @Override
  public String toString() {
    return url.replaceAll("://[^/@\\s]*@", "://") + "#" + branch;
  }
}
