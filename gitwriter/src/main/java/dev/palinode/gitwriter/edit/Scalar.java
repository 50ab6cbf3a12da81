package dev.palinode.gitwriter.edit;

/**
 * A value as a file says it: its text without quotes and escapes, and how that is read. {@code
 * 1.24} and {@code "1.24"} have one text and two readings.
 */
public record Scalar(String text, Reading reading) {
  /** As if it stood without quotes. */
  public static Scalar plain(String text) {
    return new Scalar(text, Reading.of(text));
  }

  /** As if it stood in quotes. */
  public static Scalar quoted(String text) {
    return new Scalar(text, Reading.TEXT);
  }

  @Override
  public String toString() {
    String shown = text.length() > 60 ? text.substring(0, 60) + "..." : text;
    return reading.equals(Reading.TEXT) ? "\"" + shown.replace("\n", "\\n") + "\"" : shown;
  }
}
