package dev.palinode.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.palinode.analysis.BuiltInTemplates;
import dev.palinode.analysis.GateSettings;
import dev.palinode.analysis.Trial;
import dev.palinode.analysis.record.RecordWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayCommandTest {
  @TempDir Path dir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Palinode.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private String file(String text) throws IOException {
    return Files.writeString(dir.resolve("traffic.csv"), text).toString();
  }

  /** Twenty minutes; a fiftieth of the canary's requests are bad. */
  private static String badCanary() {
    StringBuilder csv = new StringBuilder("time,arm,total,bad\n0,weight,10\n");
    for (int time = 15; time <= 1200; time += 15) {
      csv.append(time).append(",canary,150,3\n").append(time).append(",stable,1350,1\n");
    }
    return csv.toString();
  }

  @Test
  void table_hasARowPerRule() throws IOException {
    assertThat(run("replay", file(badCanary()))).isZero();
    assertThat(out.toString())
        .contains("its weight was 10% from 0")
        .contains("palinode  rolls back    1m ")
        .contains("flagger   rolls back    11m")
        .contains("argo      promotes")
        .contains("kayenta   rolls back    10m");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void rolloutsOwnRecord_isKnownByItsBrace() throws IOException {
    StringBuilder lines = new StringBuilder();
    new RecordWriter(lines)
        .begin(
            Trial.of(
                BuiltInTemplates.http().metrics(),
                0.01,
                Instant.parse("2026-01-01T12:00:00Z"),
                GateSettings.defaults()));
    assertThat(run("replay", file(lines.toString()))).isEqualTo(3);
    assertThat(err.toString()).contains("the record holds no closed window");
  }

  @Test
  void damagedRecord_isRefusedWithItsLine() throws IOException {
    assertThat(run("replay", file("{\"trial\":"))).isEqualTo(2);
    assertThat(err.toString()).contains("line 1 of the record cannot be read");
  }

  @Test
  void standardInput_isReadAsUtf8() {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(badCanary().getBytes(StandardCharsets.UTF_8)));
    try {
      assertThat(run("replay", "-o", "json", "--argo-interval", "1m", "--argo-failure-limit=1"))
          .isZero();
    } finally {
      System.setIn(before);
    }
    assertThat(out.toString()).startsWith("{").contains("\"palinode\"");
  }

  @Test
  void json_hasVerdictsAndNumbers() throws IOException {
    assertThat(
            run(
                "replay",
                file(badCanary()),
                "-o",
                "json",
                "--argo-success-condition",
                "result[0] >= 0.99",
                "--argo-interval=1m"))
        .isZero();
    JsonNode tree = new ObjectMapper().readTree(out.toString());
    assertThat(tree.at("/palinode/verdict").asText()).isEqualTo("Fail");
    assertThat(tree.at("/palinode/time").asInt()).isEqualTo(60);
    assertThat(tree.at("/palinode/requests").asInt()).isEqualTo(600);
    assertThat(tree.at("/palinode/badRequests").asInt()).isEqualTo(12);
    assertThat(tree.at("/palinode/eValue").asDouble()).isGreaterThan(100);
    assertThat(tree.at("/argo/time").asInt()).isEqualTo(240);
    assertThat(tree.at("/argo/eValue").isNull()).isTrue();
  }

  @Test
  void stricterJudge_takesLonger() throws IOException {
    assertThat(run("replay", file(badCanary()), "--alpha", "1e-9", "--onset=0s")).isZero();
    assertThat(out.toString()).doesNotContain("palinode  rolls back    1m ");
  }

  @Test
  void svg_isDrawn() throws IOException {
    Path picture = dir.resolve("replay.svg");
    assertThat(run("replay", file(badCanary()), "--weight", "10", "--svg", picture.toString()))
        .isZero();
    assertThat(picture).content().startsWith("<svg ").contains("kayenta 10m");
  }

  @Test
  void badRows_areTwoWithTheirLines() throws IOException {
    assertThat(run("replay", file("time,arm,total,bad\n15,canary,-1,0\n30,blue,1,0\n")))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("line 2: total -1 is negative")
        .contains("line 3: arm 'blue'")
        .contains("2 problems");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void noRows_areThree() throws IOException {
    assertThat(run("replay", file(""))).isEqualTo(3);
    assertThat(err.toString()).contains("no window to replay");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--alpha 0",
        "--alpha 1",
        "--alpha nan",
        "--margin-relative -1",
        "--margin-relative 0 --margin-absolute 0",
        "--tolerance-absolute 0.0001",
        "--weight 101",
        "--onset soon",
        "--flagger-interval 0s",
        "--flagger-threshold 0",
        "--pods 0 9",
        "--pod-variation -1",
        "--output xml",
      })
  void wrongOptions_areTwo(String options) throws IOException {
    String[] words = options.split(" ");
    String[] args = new String[words.length + 2];
    args[0] = "replay";
    args[1] = file(badCanary());
    System.arraycopy(words, 0, args, 2, words.length);
    assertThat(run(args)).isEqualTo(2);
    assertThat(err.toString()).isNotBlank();
  }

  @Test
  void missingFile_isTwo() {
    assertThat(run("replay", dir.resolve("none.csv").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("cannot be read");
  }
}
