package dev.palinode.gitwriter.forge;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * A pattern of a CODEOWNERS file, read as gitignore reads it: a slash inside anchors it, a folder
 * stands for all below it. Takes time in proportion to pattern times path, whatever both are.
 *
 * @param parts between the slashes; {@code **} is any number of folders
 * @param isFolder true if it ends in a slash: the files below, not one of that name
 * @param isFlat true if it ends in {@code /*}: the files there, not those further down
 */
record OwnersPattern(List<String> parts, boolean isFolder, boolean isFlat) {
  static OwnersPattern of(String glob) {
    int slash = glob.indexOf('/');
    boolean isAnchored = slash >= 0 && slash < glob.length() - 1;
    List<String> parts = Arrays.stream(glob.split("/")).filter(p -> !p.isEmpty()).toList();
    if (!isAnchored) {
      parts = Stream.concat(Stream.of("**"), parts.stream()).toList();
    }
    return new OwnersPattern(parts, glob.endsWith("/"), isAnchored && glob.endsWith("/*"));
  }

  boolean matches(String file) {
    String[] path = file.split("/");
    BitSet reached = new BitSet(path.length + 1);
    reached.set(0);
    for (String part : parts) {
      reached = part.equals("**") ? onwards(reached, path.length) : step(reached, part, path);
    }
    if (isFlat) {
      return reached.get(path.length);
    }
    int least = reached.nextSetBit(parts.equals(List.of("**")) ? 0 : 1);
    return least >= 0 && (isFolder ? least < path.length : least <= path.length);
  }

  private static BitSet onwards(BitSet reached, int length) {
    BitSet next = new BitSet(length + 1);
    int least = reached.nextSetBit(0);
    if (least >= 0) {
      next.set(least, length + 1);
    }
    return next;
  }

  private static BitSet step(BitSet reached, String part, String[] path) {
    BitSet next = new BitSet(path.length + 1);
    for (int i = reached.nextSetBit(0); i >= 0 && i < path.length; i = reached.nextSetBit(i + 1)) {
      if (isLike(part, path[i])) {
        next.set(i + 1);
      }
    }
    return next;
  }

  /** {@code *} is any text, {@code ?} any character; goes back to the last star only. */
  private static boolean isLike(String glob, String name) {
    int g = 0;
    int n = 0;
    int star = -1;
    int from = 0;
    while (n < name.length()) {
      if (g < glob.length() && glob.charAt(g) == '*') {
        star = g++;
        from = n;
      } else if (g < glob.length() && (glob.charAt(g) == '?' || glob.charAt(g) == name.charAt(n))) {
        g++;
        n++;
      } else if (star >= 0) {
        g = star + 1;
        n = ++from;
      } else {
        return false;
      }
    }
    while (g < glob.length() && glob.charAt(g) == '*') {
      g++;
    }
    return g == glob.length();
  }
}
