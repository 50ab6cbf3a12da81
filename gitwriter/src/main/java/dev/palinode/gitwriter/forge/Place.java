package dev.palinode.gitwriter.forge;

import dev.palinode.crds.GitTargetSpec;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a repository's pull requests are kept.
 *
 * @param api root of the host's API
 * @param owner what comes before the name: organisation, groups, workspace, project
 * @param name of the repository
 * @param web the repository for people
 */
record Place(URI api, String owner, String name, String web) {
  private static final Pattern SCP = Pattern.compile("(?:[^/@\\s]+@)?([^/:\\s]+):(?!//)(.+)");
  private static final Pattern URL =
      Pattern.compile("([a-z][a-z0-9+.-]*)://(?:[^/@\\s]*@)?([^/\\s]*)(/.*)");

  /** The url cannot be one of that provider's. */
  static final class Odd extends Exception {
    private static final long serialVersionUID = 1L;

    Odd(String message) {
      super(message);
    }
  }

  private record Parts(String scheme, String authority, List<String> path) {
    String name() {
      return path.getLast();
    }

    /** The web lives beside ssh, on its own port. */
    String site() {
      boolean isWeb = scheme.startsWith("http");
      return (isWeb ? scheme : "https")
          + "://"
          + (isWeb ? authority : authority.replaceAll(":\\d+$", ""));
    }

    String host() {
      return authority.replaceAll(":\\d+$", "").toLowerCase(Locale.ROOT);
    }

    String joined(int from, int to) {
      return String.join("/", path.subList(from, to));
    }
  }

  /**
   * @param url of the repository, as git knows it
   * @param apiUrl of the GitTarget, or null for the provider's usual place
   * @throws Odd with a sentence for the owner of the GitTarget
   */
  static Place of(GitTargetSpec.Provider provider, String url, @Nullable String apiUrl) throws Odd {
    Parts parts = parts(url);
    if (parts.path().size() < 2) {
      throw new Odd("the url must end in OWNER/REPOSITORY, as " + provider + " urls do");
    }
    Place usual =
        switch (provider) {
          case GITHUB -> plain(parts, gitHub(parts));
          case GITLAB -> plain(parts, parts.site() + "/api/v4");
          case GITEA, FORGEJO -> plain(parts, parts.site() + "/api/v1");
          case BITBUCKET -> plain(parts, "https://api.bitbucket.org/2.0");
          case BITBUCKETSERVER -> dataCenter(parts);
          case AZUREDEVOPS -> azure(parts);
        };
    if (apiUrl == null && parts.scheme().equals("file")) {
      throw new Odd("a local repository has no host: set pullRequest.apiUrl");
    }
    return apiUrl == null ? usual : new Place(uri(apiUrl), usual.owner, usual.name, usual.web);
  }

  private static Place plain(Parts parts, String api) throws Odd {
    int last = parts.path().size() - 1;
    String owner =
        parts.scheme().equals("file") ? parts.path().get(last - 1) : parts.joined(0, last);
    return new Place(
        uri(api), owner, parts.name(), parts.site() + "/" + owner + "/" + parts.name());
  }

  private static String gitHub(Parts parts) {
    return switch (parts.host()) {
      case "github.com", "www.github.com", "ssh.github.com" -> "https://api.github.com";
      default ->
          parts.host().endsWith(".ghe.com")
              ? "https://api." + parts.host()
              : parts.site() + "/api/v3";
    };
  }

  /** {@code https://HOST/CONTEXT/scm/PROJECT/REPO.git}; by ssh there is no scm. */
  private static Place dataCenter(Parts parts) throws Odd {
    int last = parts.path().size() - 1;
    int scm = parts.path().indexOf("scm");
    String context = scm > 0 ? "/" + parts.joined(0, scm) : "";
    String key = parts.path().get(last - 1);
    return new Place(
        uri(parts.site() + context + "/rest"),
        key,
        parts.name(),
        "%s%s/projects/%s/repos/%s".formatted(parts.site(), context, key, parts.name()));
  }

  /** {@code https://dev.azure.com/ORG/PROJECT/_git/REPO}, older and own servers alike. */
  private static Place azure(Parts parts) throws Odd {
    int git = parts.path().indexOf("_git");
    List<String> path = parts.path();
    if (git < 1 && path.size() == 4 && path.getFirst().equals("v3")) {
      String root = "https://dev.azure.com/" + path.get(1);
      return new Place(
          uri(root), path.get(2), path.get(3), root + "/" + path.get(2) + "/_git/" + path.get(3));
    }
    if (git < 1 || git != path.size() - 2) {
      throw new Odd("an Azure DevOps url is https://dev.azure.com/ORG/PROJECT/_git/REPOSITORY");
    }
    String root = parts.site() + (git > 1 ? "/" + parts.joined(0, git - 1) : "");
    String project = path.get(git - 1);
    return new Place(
        uri(root), project, parts.name(), root + "/" + project + "/_git/" + parts.name());
  }

  private static Parts parts(String url) throws Odd {
    String text = url.strip();
    if (text.startsWith("/")) {
      return new Parts("file", "localhost", path(text));
    }
    Matcher plain = URL.matcher(text);
    if (plain.matches()) {
      return new Parts(plain.group(1), plain.group(2), path(plain.group(3)));
    }
    Matcher scp = SCP.matcher(text);
    if (scp.matches()) {
      return new Parts("ssh", scp.group(1), path(scp.group(2)));
    }
    throw new Odd("the url cannot be read");
  }

  private static List<String> path(String path) {
    List<String> parts =
        new ArrayList<>(Arrays.stream(path.split("/")).filter(p -> !p.isEmpty()).toList());
    if (!parts.isEmpty() && parts.getLast().endsWith(".git")) {
      String last = parts.removeLast();
      parts.add(last.substring(0, last.length() - ".git".length()));
    }
    return parts.stream().map(Place::decoded).toList();
  }

  private static String decoded(String part) {
    return part.replace("%20", " ");
  }

  private static URI uri(String text) throws Odd {
    try {
      URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
      if (uri.getHost() == null || !String.valueOf(uri.getScheme()).startsWith("http")) {
        throw new Odd("pullRequest.apiUrl must be an http or https url");
      }
      return uri;
    } catch (URISyntaxException e) {
      throw new Odd("pullRequest.apiUrl must be an http or https url");
    }
  }
}
