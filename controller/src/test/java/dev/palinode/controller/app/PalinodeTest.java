package dev.palinode.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PalinodeTest {
  private static final String GOOD =
      """
      apiVersion: palinode.dev/v1alpha1
      kind: Canary
      metadata: {name: checkout, namespace: shop}
      spec:
        targetRef: {name: checkout}
        traffic: {istio: {virtualServices: [{name: checkout}]}}
      """;

  private static final String FOREIGN = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

  @TempDir Path dir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void version_isDone() {
    assertThat(run("version")).isZero();
    assertThat(out.toString()).startsWith("palinode ").contains("Java 25");
  }

  /** A diff without a line end at its end was cut off by the exit once. */
  @Test
  void whatACommandPrints_isFlushed() {
    PrintWriter kept = new PrintWriter(new BufferedWriter(out), false);
    assertThat(Palinode.run(kept, new PrintWriter(err, true), "version")).isZero();
    assertThat(out.toString()).startsWith("palinode ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "serve", "check", "replay", "plan", "revert", "verify", "edit", "doctor", "version"
      })
  void everyCommand_hasHelp(String command) {
    assertThat(run((command + " --help").strip().split(" "))).isZero();
    assertThat(out.toString()).contains("Usage: palinode " + command);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nonsense", "check", "serve --roles", "serve --log-format=xml"})
  void wrongUse_isTwo(String line) {
    assertThat(run(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(2);
    assertThat(err.toString()).isNotBlank();
  }

  @Test
  void badSettings_areTwoWithoutAServer() {
    assertThat(run("serve", "--set", "mesh.settle=soon")).isEqualTo(2);
    assertThat(err.toString()).contains("palinode.mesh.settle");
  }

  @Test
  void printSettings_printsAndEnds() {
    assertThat(run("serve", "--print-settings", "--roles=writer")).isZero();
    assertThat(out.toString()).contains("palinode.roles=writer\n");
  }

  @Test
  void goodFile_isZero() throws IOException {
    assertThat(run("check", file(GOOD + "---\n" + FOREIGN))).isZero();
    assertThat(out.toString()).contains("1 document, no problem");
  }

  @Test
  void foreignFile_isThree() throws IOException {
    assertThat(run("check", file(FOREIGN))).isEqualTo(3);
  }

  @Test
  void everyProblemOfEveryDocument_isNamed() throws IOException {
    String bad =
        GOOD.replace("targetRef: {name: checkout}", "targetRef: {kind: DaemonSet, name: a}")
            + "  hold: Perhaps\n  bogus: 1\n";

    assertThat(run("check", file(bad + "---\n" + GOOD + "  bake: soon\n"))).isEqualTo(1);
    assertThat(out.toString().lines().toList())
        .hasSizeGreaterThanOrEqualTo(5)
        .anyMatch(l -> l.contains("spec.targetRef.kind"))
        .anyMatch(l -> l.contains("spec.hold"))
        .anyMatch(l -> l.contains("spec.bogus"))
        .anyMatch(l -> l.contains("spec.bake"))
        .last()
        .asString()
        .endsWith("problems");
  }

  @Test
  void brokenYaml_namesTheLine() throws IOException {
    assertThat(run("check", file("a: 1\nb: [\n"))).isEqualTo(1);
    assertThat(out.toString()).contains("is no YAML at line");
  }

  @Test
  void duplicateKey_isAProblem() throws IOException {
    assertThat(run("check", file(GOOD + "spec: {}\n"))).isEqualTo(1);
  }

  @Test
  void missingFile_isOne() {
    assertThat(run("check", dir.resolve("none.yaml").toString())).isEqualTo(1);
    assertThat(out.toString()).contains("there is no such file");
  }

  @Test
  void examples_haveNoProblem() throws IOException {
    try (var files = Files.walk(Path.of("..", "deploy", "examples"))) {
      List<String> yaml = files.map(Path::toString).filter(f -> f.endsWith("canary.yaml")).toList();
      assertThat(yaml).hasSizeGreaterThanOrEqualTo(2);
      for (String file : yaml) {
        assertThat(run("check", file)).as(file + " " + out).isZero();
        assertThat(Files.readAllLines(Path.of(file))).hasSizeLessThanOrEqualTo(25);
      }
    }
  }

  private int run(String... args) {
    return Palinode.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private String file(String text) throws IOException {
    return Files.writeString(dir.resolve("file.yaml"), text).toString();
  }
}
