package dev.palinode.crds;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** What must hold for addresses and paths in git, wherever a kind names them. */
final class GitRules {
  static final String NO_CREDENTIALS =
      "a url must not carry a password or token: everyone who may read the object would see it;"
          + " put it into the Secret that the GitTarget's credentialsRef names";

  /** A user alone is fine for ssh; over http it is a token as often as not. */
  private static final String CREDENTIALS =
      "(?i)^(https?://[^/]*@|[a-z][a-z0-9+.-]*://[^/@]*:[^/@]*@)";

  static final String NO_CREDENTIALS_CEL = "!self.matches('" + CREDENTIALS + "')";

  static final String INSIDE =
      "a path is relative to the repository's root and stays inside it: no leading /, no .. and no"
          + " //";

  /** An absolute path, a step upwards, or an empty part. */
  private static final String OUTSIDE = "^/|(^|/)[.][.](/|$)|//";

  static final String INSIDE_CEL = "!self.matches('" + OUTSIDE + "')";
  static final String ALL_INSIDE_CEL = "self.all(p, !p.matches('" + OUTSIDE + "'))";

  static final String FOLDERS =
      "a grant's path is a folder and ends with a slash, as in apps/checkout/, or ./ for the whole"
          + " repository: no leading /, no .. and no //";

  private static final String FOLDER = "^([^/]+/)+$";
  private static final String IDLE = "(^|/)[.][.]/|/[.]/";

  static final String FOLDERS_CEL =
      "self.all(p, p.matches('" + FOLDER + "') && !p.matches('" + IDLE + "'))";

  static final String PROXY =
      "a proxy is http://HOST:PORT and nothing more: user and password go into the Secret of"
          + " proxy.secretRef, and a proxy that is itself spoken to by https is not supported";

  private static final String PROXY_FORM = "^http://[A-Za-z0-9][A-Za-z0-9._-]*:[0-9]{1,5}/?$";

  static final String PROXY_CEL = "self.matches('" + PROXY_FORM + "')";

  static final String WEB_ONLY =
      "proxies and exchanged tokens serve http and https urls only: leave spec.proxy and spec.oidc"
          + " out, or write the url as https://";

  private static final String WEB = "(?i)^https?://";

  static final String WEB_ONLY_CEL =
      "(!has(self.proxy) && !has(self.oidc)) || self.url.matches('" + WEB + "')";

  static final String ONE_HOST =
      "pullRequest says already whose API the host speaks: leave spec.provider out, or write the"
          + " same";

  static final String ONE_HOST_CEL =
      "!has(self.provider) || !has(self.pullRequest) || self.provider == self.pullRequest.provider";

  static final String TOKEN_URL =
      "a token endpoint is an https url without user, password, query and fragment: the pod's own"
          + " token is sent there";

  private static final String TOKEN_URL_FORM = "^https://[^/@?#]+(/[^@?#]*)?$";

  static final String TOKEN_URL_CEL = "self.matches('" + TOKEN_URL_FORM + "')";

  static final String TOKEN_FILE =
      "a token file is /var/run/secrets/palinode.dev/oidc/NAME or"
          + " /var/run/secrets/azure/tokens/NAME: no other file of the pod is sent anywhere";

  private static final String TOKEN_FILE_FORM =
      "^/var/run/secrets/(palinode[.]dev/oidc|azure/tokens)/[A-Za-z0-9_-][A-Za-z0-9._-]*$";

  static final String TOKEN_FILE_CEL = "self.matches('" + TOKEN_FILE_FORM + "')";

  private static final Pattern TOKEN_URL_PATTERN = Pattern.compile(TOKEN_URL_FORM);
  private static final Pattern TOKEN_FILE_PATTERN = Pattern.compile(TOKEN_FILE_FORM);
  private static final Pattern PROXY_PATTERN = Pattern.compile(PROXY_FORM);
  private static final Pattern WEB_PATTERN = Pattern.compile(WEB);
  private static final Pattern CREDENTIALS_PATTERN = Pattern.compile(CREDENTIALS);
  private static final Pattern OUTSIDE_PATTERN = Pattern.compile(OUTSIDE);
  private static final Pattern FOLDER_PATTERN = Pattern.compile(FOLDER);
  private static final Pattern IDLE_PATTERN = Pattern.compile(IDLE);

  private GitRules() {}

  /** Problems of a {@link CanarySpec.Source} at {@code at}. */
  static List<Problem> source(JsonNode source, String at) {
    List<Problem> found = new ArrayList<>(url(source.path("url"), at + ".url"));
    inside(source.path("path"), at + ".path", found);
    JsonNode files = source.path("files");
    for (int i = 0; files.isArray() && i < files.size(); i++) {
      inside(files.get(i), at + ".files[" + i + "]", found);
    }
    return found;
  }

  /** Problems of a GitTarget. */
  static List<Problem> target(JsonNode spec) {
    List<Problem> found = new ArrayList<>(url(spec.path("url"), "spec.url"));
    found.addAll(url(spec.path("pullRequest").path("apiUrl"), "spec.pullRequest.apiUrl"));
    ways(spec, found);
    JsonNode provider = spec.path("provider");
    JsonNode proposed = spec.path("pullRequest").path("provider");
    if (isProvider(provider) && isProvider(proposed) && !provider.equals(proposed)) {
      found.add(new Problem("spec.provider", ONE_HOST));
    }
    JsonNode grants = spec.path("grants");
    for (int i = 0; grants.isArray() && i < grants.size(); i++) {
      JsonNode paths = grants.get(i).path("paths");
      for (int j = 0; paths.isArray() && j < paths.size(); j++) {
        if (paths.get(j).isTextual() && !isFolder(paths.get(j).textValue())) {
          found.add(new Problem("spec.grants[" + i + "].paths[" + j + "]", FOLDERS));
        }
      }
    }
    return found;
  }

  /** What is no provider is told where it stands. */
  private static boolean isProvider(JsonNode word) {
    return Arrays.stream(GitTargetSpec.Provider.values())
        .anyMatch(known -> known.toString().equals(word.textValue()));
  }

  private static void ways(JsonNode spec, List<Problem> found) {
    form(spec.path("proxy").path("url"), "spec.proxy.url", PROXY_PATTERN, PROXY, found);
    JsonNode oidc = spec.path("oidc");
    form(oidc.path("tokenUrl"), "spec.oidc.tokenUrl", TOKEN_URL_PATTERN, TOKEN_URL, found);
    form(oidc.path("tokenFile"), "spec.oidc.tokenFile", TOKEN_FILE_PATTERN, TOKEN_FILE, found);
    JsonNode url = spec.path("url");
    boolean isWeb = url.isTextual() && WEB_PATTERN.matcher(url.textValue()).find();
    if (isWeb || url.asText().isEmpty() || !url(url, "spec.url").isEmpty()) {
      return;
    }
    if (spec.path("proxy").isObject() || oidc.isObject()) {
      found.add(new Problem("spec.url", WEB_ONLY));
    }
  }

  /** What is empty is told as such already. */
  private static void form(
      JsonNode text, String at, Pattern form, String message, List<Problem> found) {
    if (text.isTextual() && !text.textValue().isEmpty() && !form.matcher(text.textValue()).find()) {
      found.add(new Problem(at, message));
    }
  }

  private static List<Problem> url(JsonNode url, String at) {
    return url.isTextual() && CREDENTIALS_PATTERN.matcher(url.textValue()).find()
        ? List.of(new Problem(at, NO_CREDENTIALS))
        : List.of();
  }

  private static void inside(JsonNode path, String at, List<Problem> found) {
    if (path.isTextual() && OUTSIDE_PATTERN.matcher(path.textValue()).find()) {
      found.add(new Problem(at, INSIDE));
    }
  }

  private static boolean isFolder(String path) {
    return FOLDER_PATTERN.matcher(path).find() && !IDLE_PATTERN.matcher(path).find();
  }
}
