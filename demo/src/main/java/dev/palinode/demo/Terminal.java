package dev.palinode.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Lines of at most a hundred columns; colour only for eyes, never for pipes. */
final class Terminal {
  static final int WIDTH = 100;

  /** What a line is about. */
  enum Tone {
    PLAIN(""),
    QUIET("2"),
    TITLE("1"),
    GOOD("32"),
    BAD("31");

    private final String code;

    Tone(String code) {
      this.code = code;
    }
  }

  private final PrintStream out;
  private final boolean eyes;
  private final boolean colour;
  private final Instant start = Instant.now();
  private boolean passing;

  /**
   * @param eyes a person looks at it: the last line may be written over
   */
  Terminal(PrintStream out, boolean eyes, boolean colour) {
    this.out = out;
    this.eyes = eyes;
    this.colour = colour;
  }

  /** On the process's own output: colour if a person looks at it and did not refuse it. */
  static Terminal ofProcess() {
    boolean dumb = "dumb".equals(System.getenv("TERM"));
    boolean eyes = System.console() != null && System.console().isTerminal() && !dumb;
    String refused = System.getenv("NO_COLOR");
    return new Terminal(System.out, eyes, eyes && (refused == null || refused.isEmpty()));
  }

  boolean hasEyes() {
    return eyes;
  }

  Duration elapsed() {
    return Duration.between(start, Instant.now());
  }

  void say(Tone tone, String text) {
    keepPassing();
    folded(text).forEach(line -> out.println(toned(tone, line)));
    out.flush();
  }

  /** A line that the next one of its kind takes the place of; where nobody looks, a plain one. */
  void pass(Tone tone, String line) {
    if (!eyes) {
      say(tone, line);
      return;
    }
    out.print("\r" + toned(tone, line) + "\033[K");
    out.flush();
    passing = true;
  }

  private void keepPassing() {
    if (passing) {
      out.println();
      passing = false;
    }
  }

  private String toned(Tone tone, String line) {
    return colour && !tone.code.isEmpty() ? "\033[" + tone.code + "m" + line + "\033[0m" : line;
  }

  void title(String text) {
    say(Tone.PLAIN, "");
    say(Tone.TITLE, text);
  }

  /** A line of the story with the time it happened. */
  void at(Tone tone, String text) {
    say(tone, String.format(Locale.ROOT, "%6.1fs  %s", elapsed().toMillis() / 1e3, text));
  }

  /** Long lines continue under their own beginning. */
  static List<String> folded(String text) {
    List<String> lines = new ArrayList<>();
    String rest = text.stripTrailing();
    int indent = text.length() - text.stripLeading().length() + 2;
    while (rest.length() > WIDTH) {
      int cut = rest.lastIndexOf(' ', WIDTH);
      cut = cut <= indent ? WIDTH : cut;
      lines.add(rest.substring(0, cut));
      rest = " ".repeat(Math.min(indent, 40)) + rest.substring(cut).strip();
    }
    lines.add(rest);
    return lines;
  }
}
