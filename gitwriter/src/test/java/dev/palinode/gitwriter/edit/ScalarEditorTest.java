package dev.palinode.gitwriter.edit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ScalarEditorTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String edited(String file, String pointer, Scalar from, Scalar to) {
    EditResult result = ScalarEditor.edit(bytes(file), 0, pointer, from, to);
    assertThat(result).as("%s", result).isInstanceOf(EditResult.Edited.class);
    return new String(((EditResult.Edited) result).bytes(), StandardCharsets.UTF_8);
  }

  private static String refused(String file, String pointer, Scalar from, Scalar to) {
    EditResult result = ScalarEditor.edit(bytes(file), 0, pointer, from, to);
    assertThat(result).as("%s", result).isInstanceOf(EditResult.Refused.class);
    return ((EditResult.Refused) result).reason();
  }

  @Test
  void numberAndTextOfTheSameSpelling_areTwoValues() {
    Scalar number = Scalar.plain("1.24");
    Scalar text = Scalar.quoted("1.24");

    assertThat(edited("a: 1.25 #\n", "/a", Scalar.plain("1.25"), text))
        .isEqualTo("a: \"1.24\" #\n");
    assertThat(edited("a: '1.25' #\n", "/a", Scalar.quoted("1.25"), number))
        .isEqualTo("a: 1.24 #\n");
    assertThat(edited("a: \"1.24\"\n", "/a", text, number)).isEqualTo("a: 1.24\n");
    assertThat(refused("a: 1.24\n", "/a", text, Scalar.quoted("2"))).contains("stands 1.24");
  }

  @Test
  void typeThatTheStyleCannotSay_isRefused() {
    assertThat(refused("a: |\n  1\n", "/a", Scalar.quoted("1\n"), Scalar.plain("2")))
        .contains("block scalar");
    assertThat(refused("a: b\n", "/a", Scalar.quoted("b"), new Scalar("c", Reading.of("1"))))
        .contains("integer");
    assertThat(refused("a: b\n", "/a", Scalar.quoted("b"), Scalar.quoted("\ud83d")))
        .contains("Unicode");
  }

  @Test
  void lineOfTwoMegabytes_costsNoMoreThanItsBytes() {
    String line = "ü".repeat(1_000_000);
    String file = "a: \"" + line + "\"\nb: {c: x, d: y} # " + line + "\n";

    assertThat(edited(file, "/b/c", Scalar.quoted("x"), Scalar.quoted("z")))
        .isEqualTo(file.replace("c: x", "c: z"));
    assertThat(edited(file, "/a", Scalar.quoted(line), Scalar.quoted("z")))
        .isEqualTo(file.replace("a: \"" + line, "a: \"z"));
  }

  @Test
  void fileNestedTooDeep_isRefusedWithoutHarm() {
    String deep = "[".repeat(100_000) + "]".repeat(100_000);

    assertThat(refused("a: " + deep + "\nb: x\n", "/b", Scalar.quoted("x"), Scalar.quoted("z")))
        .contains("deep");
    assertThat(refused("a: x" + " ".repeat(17 << 20), "/a", Scalar.quoted("x"), Scalar.quoted("z")))
        .contains("16 MiB");
  }

  @Test
  void readings_followBothYamlVersions() {
    assertThat(Reading.of("yes")).isEqualTo(new Reading(Reading.Type.Text, Reading.Type.Bool));
    assertThat(Reading.of("010")).isEqualTo(Reading.of("7"));
    assertThat(Reading.of("089")).isNotEqualTo(Reading.of("7"));
    assertThat(Reading.of("1.2.3")).isEqualTo(Reading.TEXT);
    assertThat(Reading.of("")).isEqualTo(Reading.of("null"));
  }
}
