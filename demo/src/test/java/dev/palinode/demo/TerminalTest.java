package dev.palinode.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.demo.Terminal.Tone;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TerminalTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

  @Test
  void nobodyLooks_linesArePlain() {
    Terminal terminal = new Terminal(out, false, false);
    terminal.pass(Tone.GOOD, "one");
    terminal.pass(Tone.GOOD, "two");

    assertThat(printed()).isEqualTo("one\ntwo\n");
  }

  @Test
  void passingLine_isWrittenOverAndThenKept() {
    Terminal terminal = new Terminal(out, true, false);
    terminal.pass(Tone.GOOD, "one");
    terminal.pass(Tone.GOOD, "two");
    terminal.say(Tone.PLAIN, "three");

    assertThat(printed()).isEqualTo("\rone\033[K\rtwo\033[K\nthree\n");
  }

  @Test
  void colourRefused_noneIsUsed() {
    new Terminal(out, true, false).say(Tone.BAD, "red");

    assertThat(printed()).isEqualTo("red\n");
  }

  @Test
  void longLine_continuesUnderItsBeginning() {
    String text = "    " + "word ".repeat(30);

    assertThat(Terminal.folded(text))
        .hasSize(2)
        .allMatch(line -> line.length() <= Terminal.WIDTH)
        .last()
        .asString()
        .startsWith("      word");
  }

  private String printed() {
    return printed.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }
}
