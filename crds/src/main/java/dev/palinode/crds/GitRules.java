package dev.palinode.crds;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
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
