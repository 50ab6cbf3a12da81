package dev.palinode.gitwriter.edit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A place in a document: RFC 6901. */
public record Pointer(List<String> tokens) {
  private static final Pattern BAD_ESCAPE = Pattern.compile("~(?![01])");

  public Pointer {
    tokens = List.copyOf(tokens);
  }

  /** Reads {@code /a/b~1c/0}; empty if that is no pointer. */
  public static Optional<Pointer> parse(String text) {
    if (text.isEmpty()) {
      return Optional.of(new Pointer(List.of()));
    }
    if (!text.startsWith("/") || BAD_ESCAPE.matcher(text).find()) {
      return Optional.empty();
    }
    List<String> tokens = new ArrayList<>();
    for (String part : text.substring(1).split("/", -1)) {
      tokens.add(part.replace("~1", "/").replace("~0", "~"));
    }
    return Optional.of(new Pointer(tokens));
  }

  /** This place, then one step down. */
  public Pointer then(String token) {
    List<String> longer = new ArrayList<>(tokens);
    longer.add(token);
    return new Pointer(longer);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    tokens.forEach(t -> text.append('/').append(t.replace("~", "~0").replace("/", "~1")));
    return text.toString();
  }
}
