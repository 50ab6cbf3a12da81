package dev.palinode.gitwriter.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A commit's text taken apart. Trailers are what git takes for them: lines {@code Key: value} of
 * the last paragraph, if that is not the first.
 *
 * @param trailers in their order
 * @param strays lines that look like trailers of ours but are none
 */
record Message(List<Trailer> trailers, List<String> strays, boolean hasControls) {
  static final String INTENT = "Rollback-Intent";
  static final String TARGET = "Rollback-Target";
  static final String GOOD = "Rollback-Good";
  static final String OF = "Rollback-Of";
  static final String PATH = "Rollback-Path";

  private static final Pattern TRAILER = Pattern.compile("([A-Za-z0-9-]+)[ \t]*:[ \t]*(.*)");

  /** One line {@code Key: value}. */
  record Trailer(String key, String value) {}

  static Message of(String text) {
    List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
    while (!lines.isEmpty() && lines.getLast().isBlank()) {
      lines.removeLast();
    }
    int start = lines.size();
    while (start > 0 && !lines.get(start - 1).isBlank()) {
      start--;
    }
    List<Trailer> trailers = new ArrayList<>();
    List<String> strays = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher line = TRAILER.matcher(lines.get(i));
      boolean isTrailer = line.matches();
      if (isTrailer && i >= start && start > 0) {
        trailers.add(new Trailer(line.group(1), line.group(2).strip()));
      } else if (lines.get(i).strip().toLowerCase(Locale.ROOT).startsWith("rollback-")) {
        strays.add(lines.get(i).strip());
      }
    }
    return new Message(
        List.copyOf(trailers),
        List.copyOf(strays),
        text.chars().anyMatch(c -> (c < 0x20 && c != '\n') || c == 0x7f));
  }

  List<String> values(String key) {
    return trailers.stream()
        .filter(t -> t.key().equalsIgnoreCase(key))
        .map(Trailer::value)
        .toList();
  }

  /** The value of a trailer that is there exactly once. */
  Optional<String> only(String key) {
    List<String> all = values(key);
    return all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty();
  }

  /** True if it passes for one of ours, with whatever right. */
  boolean claimsToBeOurs() {
    String intent = INTENT.toLowerCase(Locale.ROOT) + ":";
    return !values(INTENT).isEmpty()
        || strays.stream().anyMatch(s -> s.toLowerCase(Locale.ROOT).startsWith(intent));
  }
}
