package dev.palinode.gitwriter.plan;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;

/** Paths inside a repository: relative, with slashes, never above the root, never git's own. */
public final class TreePath {
  private TreePath() {}

  /** Without "./" in front and slashes at the end; the root is "". */
  public static String normal(String path) {
    String text = path.strip();
    while (text.startsWith("./")) {
      text = text.substring(2);
    }
    while (text.endsWith("/")) {
      text = text.substring(0, text.length() - 1);
    }
    return text.equals(".") ? "" : text;
  }

  /** Why a normal path is refused, if it is. */
  public static Optional<String> problem(String path) {
    if (path.isEmpty()) {
      return Optional.empty();
    }
    if (path.length() > 4096 || path.chars().anyMatch(c -> c < 0x20 || c == 0x7f || c == '\\')) {
      return Optional.of("a path has no backslashes or control characters");
    }
    for (String part : path.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return Optional.of("'" + path + "' must be relative to the repository, without . and ..");
      }
      if (isGitsOwn(part)) {
        return Optional.of("'" + path + "' leads into git's own files");
      }
    }
    return Optional.empty();
  }

  /** Also the spellings that other file systems take for .git. */
  private static boolean isGitsOwn(String part) {
    String name = part.toLowerCase(Locale.ROOT).replaceAll("[ .]+$", "");
    return name.equals(".git") || name.equals("git~1");
  }

  /** True if {@code path} is the folder or below it. */
  public static boolean isInside(String path, String folder) {
    return folder.isEmpty() || path.equals(folder) || path.startsWith(folder + "/");
  }

  /** The folder of a file. */
  static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  static String join(String folder, String name) {
    return folder.isEmpty() ? name : folder + "/" + name;
  }

  /** What {@code reference} means when written in {@code folder}; empty if it is outside. */
  static Optional<String> resolve(String folder, String reference) {
    if (reference.startsWith("/") || reference.contains("://") || reference.contains("\n")) {
      return Optional.empty();
    }
    Deque<String> parts = new ArrayDeque<>();
    for (String part : join(folder, reference).split("/")) {
      if (part.equals("..")) {
        if (parts.pollLast() == null) {
          return Optional.empty();
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    return Optional.of(String.join("/", parts));
  }
}
