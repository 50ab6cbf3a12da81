package dev.palinode.gitwriter.edit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Scenarios 23 and 24: files made by hand, each with the exact answer. */
class NastyFilesTest {
  private static final Pattern CHANGE = Pattern.compile("‹([^⇒›]*)⇒([^›]*)›");

  /**
   * One case of {@code nasty-files.txt}.
   *
   * @param answer words of a refusal, "unchanged", or empty for an edit
   */
  record Case(
      String name,
      int document,
      String pointer,
      String from,
      String to,
      String answer,
      String body) {
    byte[] before() {
      return bytes(CHANGE.matcher(body).replaceAll(m -> quoted(m.group(1))));
    }

    byte[] after() {
      return bytes(CHANGE.matcher(body).replaceAll(m -> quoted(m.group(2))));
    }

    private static String quoted(String text) {
      return java.util.regex.Matcher.quoteReplacement(text);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return all().stream();
  }

  static List<Case> all() {
    try (InputStream in = NastyFilesTest.class.getResourceAsStream("nasty-files.txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      List<Case> all = new ArrayList<>();
      for (String section : text.substring(text.indexOf("\n==== ") + 1).split("(?m)^==== ")) {
        if (!section.isEmpty()) {
          all.add(parse(section));
        }
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Case parse(String section) {
    String[] lines = section.split("\n", 5);
    Map<String, String> fields = new TreeMap<>();
    for (int i = 1; i <= 3; i++) {
      int colon = lines[i].indexOf(": ");
      fields.put(lines[i].substring(0, colon), lines[i].substring(colon + 2));
    }
    String[] place = fields.get("at").split(" ", 2);
    String rest = lines[4];
    String answer = "";
    for (String word : List.of("refused: ", "unchanged")) {
      if (rest.startsWith(word)) {
        int end = rest.indexOf('\n');
        answer = word.equals("unchanged") ? word : rest.substring(word.length(), end);
        rest = rest.substring(end + 1);
      }
    }
    return new Case(
        lines[0],
        Integer.parseInt(place[0]),
        place[1],
        value(fields.get("from")),
        value(fields.get("to")),
        answer,
        rest);
  }

  private static String value(String text) {
    return new String(bytes(text.replace('␊', '\n')), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    String plain =
        text.replace('␍', '\r')
            .replace('␉', '\t')
            .replace('␠', ' ')
            .replace("⌁", "\uFEFF")
            .replace("∎\n", "");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String[] parts = plain.split("␛", -1);
    out.writeBytes(parts[0].getBytes(StandardCharsets.UTF_8));
    for (int i = 1; i < parts.length; i++) {
      out.write(Integer.parseInt(parts[i].substring(0, 2), 16));
      out.writeBytes(parts[i].substring(2).getBytes(StandardCharsets.UTF_8));
    }
    return out.toByteArray();
  }

  @Test
  void corpus_isLargeEnough() {
    assertThat(all()).hasSizeGreaterThanOrEqualTo(100);
    assertThat(all()).extracting(Case::name).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void scenario23_nastyFile_changesExactlyThePlannedBytesOrIsRefused(Case c) {
    EditResult result = ScalarEditor.editText(c.before(), c.document, c.pointer, c.from, c.to);

    switch (result) {
      case EditResult.Edited(var bytes) -> {
        assertThat(c.answer).as("an edit of a file to be refused").isEmpty();
        assertThat(new String(bytes, StandardCharsets.UTF_8))
            .isEqualTo(new String(c.after(), StandardCharsets.UTF_8));
        assertThat(bytes).isEqualTo(c.after());
        assertThat(bytes).isNotEqualTo(c.before());
        assertThat(ScalarEditor.editText(bytes, c.document, c.pointer, c.from, c.to))
            .isEqualTo(new EditResult.Unchanged());
      }
      case EditResult.Unchanged() -> assertThat(c.answer).isEqualTo("unchanged");
      case EditResult.Refused(var reason) ->
          assertThat(c.answer).as("refused: %s", reason).isNotEmpty().isSubstringOf(reason);
    }
  }
}
