package dev.palinode.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanCommandTest {
  @TempDir Path dir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String line) {
    return Palinode.run(
        new PrintWriter(out, true), new PrintWriter(err, true), ("plan " + line).split(" "));
  }

  @Test
  void table_showsWhatIsFoundAndTheSteps() {
    assertThat(run("--rps 100 --error-rate 0.001 --weights 10 --within 5m,10m,1h")).isZero();
    assertThat(out.toString()).contains("1h00m").contains("- setWeight: 10");
  }

  @Test
  void json_isTable43WithoutAMargin() throws IOException {
    assertThat(
            run(
                "--rps 1 --error-rate 0.001 --weights 10 --margin-relative 1 --margin-absolute 0 -o"
                    + " json"))
        .isZero();
    JsonNode tree = new ObjectMapper().readTree(out.toString());
    assertThat(tree.at("/weights/0/detectableIncrease/1h00m").asDouble()).isBetween(0.013, 0.0145);
    assertThat(tree.at("/steps/0/setWeight").asDouble()).isEqualTo(10);
  }

  @Test
  void svg_isDrawn() {
    Path picture = dir.resolve("plan.svg");
    assertThat(run("--rps 20 --error-rate 0.002 --svg " + picture)).isZero();
    assertThat(picture).content().startsWith("<svg ");
  }

  @Test
  void tooLittleTraffic_isANo() {
    assertThat(run("--rps 0.0001 --error-rate 0.001")).isEqualTo(1);
    assertThat(out.toString()).contains("No steps follow");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--rps 100",
        "--rps 0 --error-rate 0.001",
        "--rps 100 --error-rate 0",
        "--rps 100 --error-rate 1",
        "--rps 100 --error-rate 0.001 --weights 0,10",
        "--rps 100 --error-rate 0.001 --weights 100",
        "--rps 100 --error-rate 0.001 --increase 0",
        "--rps 100 --error-rate 0.001 --within 0s",
        "--rps 100 --error-rate 0.001 --alpha 2",
      })
  void wrongOptions_areTwo(String line) {
    assertThat(run(line)).isEqualTo(2);
    assertThat(err.toString()).isNotBlank();
  }
}
