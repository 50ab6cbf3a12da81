package dev.palinode.gitwriter.edit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is written must come from the tip or from the last good commit; forgeries do not. */
class ProvenanceTest {
  private static final String GOOD = "a: 1\nimage: app:1 # x\nb: [1, 2]\nc: 3\n";
  private static final String HEAD = "a: 9\nimage: app:2 # y\nb: [1, 2]\nc: 4\n";

  private static boolean isRestored(String head, String good, String result) {
    return Provenance.isRestored(bytes(head), bytes(good), bytes(result));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void valuesAndLinesOfTheGoodFile_pass() {
    assertThat(isRestored(HEAD, GOOD, HEAD.replace("app:2", "app:1"))).isTrue();
    assertThat(isRestored(HEAD, GOOD, HEAD.replace("app:2 # y", "app:1 # x"))).isTrue();
    assertThat(isRestored(HEAD, GOOD, HEAD.replace("app:2", "'app:1'"))).isTrue();
    assertThat(isRestored(HEAD, GOOD, GOOD)).isTrue();
    assertThat(isRestored(HEAD, GOOD, HEAD)).isTrue();
  }

  @Test
  void anythingElse_isCaught() {
    for (String forged :
        List.of(
            HEAD.replace("app:2", "evil:1"),
            HEAD.replace("# y", "# curl evil"),
            HEAD.replace("app:2", "app:1").replace("# y", "# z"),
            HEAD.replace("a: 9", "a: 3"),
            HEAD.replace("c: 4", "c: 1"),
            HEAD + "d: 1\n",
            HEAD.replace("b: [1, 2]\n", ""),
            HEAD.replace("image: app:2", "image2: app:1"),
            HEAD.replace("[1, 2]", "[2, 1]"),
            HEAD.replace("app:2", "\"app:1\"").replace("a: 9", "a: '9'"),
            HEAD + "---\nimage: app:1\n",
            HEAD.replace("\n", "\r\n"),
            "\u0000" + GOOD)) {
      assertThat(isRestored(HEAD, GOOD, forged)).as(forged).isFalse();
    }
  }

  @Test
  void valueOfAnotherPlace_isCaughtThoughTheKeyStandsTwice() {
    String good = "x: {a: 1}\ny: {a: 2}\n";
    assertThat(isRestored("x: {a: 3}\ny: {a: 4}\n", good, "x: {a: 2}\ny: {a: 4}\n")).isFalse();
    assertThat(isRestored("a: 3\na: 4 #\n", "a: 5\na: 6\n", "a: 7\na: 4 #\n")).isFalse();
    String list = "l: [{name: a, v: %s}, {name: b, v: %s}] # %s\n";
    assertThat(
            isRestored(
                list.formatted(1, 2, "h"), list.formatted(8, 9, "g"), list.formatted(9, 2, "h")))
        .isFalse();
    assertThat(
            isRestored(
                list.formatted(1, 2, "h"), list.formatted(8, 9, "g"), list.formatted(8, 2, "h")))
        .isTrue();
  }

  @Test
  void everyMergeWithoutConflict_passes() {
    Random random = new Random(3);
    int merged = 0;
    for (int i = 0; i < 2_000; i++) {
      String base = lines(random, new ArrayList<>(), 12);
      String ours = changed(random, base);
      String theirs = changed(random, base);
      var result = ThreeWay.merge(bytes(base), bytes(ours), bytes(theirs));
      if (result.isPresent()) {
        merged++;
        String text = new String(result.get(), StandardCharsets.UTF_8);
        assertThat(isRestored(ours, theirs, text))
            .as("base\n%s\nours\n%s\ntheirs\n%s\nresult\n%s", base, ours, theirs, text)
            .isTrue();
      }
    }
    assertThat(merged).isGreaterThan(500);
  }

  private static String lines(Random random, List<String> lines, int count) {
    for (int i = 0; i < count; i++) {
      lines.add("k" + lines.size() + ": " + random.nextInt(1000));
    }
    return String.join("\n", lines) + "\n";
  }

  private static String changed(Random random, String base) {
    List<String> lines = new ArrayList<>(base.lines().toList());
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = random.nextInt(lines.size());
      switch (random.nextInt(3)) {
        case 0 -> lines.set(at, "k" + at + ": n" + random.nextInt(1000));
        case 1 -> lines.add(at, "new" + random.nextInt(1000) + ": 1");
        default -> lines.remove(at);
      }
    }
    return String.join("\n", lines) + (random.nextInt(5) == 0 ? "" : "\n");
  }
}
