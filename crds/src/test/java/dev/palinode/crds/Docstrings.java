package dev.palinode.crds;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the comment of a top-level type from its source, which no class file keeps. */
record Docstrings(Path sources) {
  private static final Pattern TAG = Pattern.compile("\\{@\\w+ (?:\\w*#)?([^}]*)}");

  /** What comes before the first {@code @param}. */
  String summary(Class<?> type) {
    return clean(comment(type).split("\n@param ")[0]);
  }

  /** The text of each {@code @param}, by name. */
  Map<String, String> params(Class<?> type) {
    Map<String, String> params = new LinkedHashMap<>();
    String[] parts = comment(type).split("\n@param ");
    for (int i = 1; i < parts.length; i++) {
      String[] nameAndText = parts[i].split("\\s+", 2);
      params.put(nameAndText[0], clean(nameAndText[1]));
    }
    return params;
  }

  private String comment(Class<?> type) {
    try {
      String source = Files.readString(sources.resolve(type.getName().replace('.', '/') + ".java"));
      int start = source.indexOf("/**");
      String text = source.substring(start + 3, source.indexOf("*/", start));
      return text.replaceAll("(?m)^ *\\* ?", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String clean(String text) {
    Matcher tags = TAG.matcher(text);
    return tags.replaceAll(tag -> Matcher.quoteReplacement(tag.group(1)))
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replaceAll("\\s+", " ")
        .strip();
  }
}
