package dev.palinode.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The manifests that people apply; whether the rights suffice is proven on the testbed. */
class InstallTest {
  private static final Path DEPLOY = Path.of("..", "deploy");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> READS = Set.of("get", "list", "watch");

  @Test
  void everyManifest_isYamlOfAKind() throws IOException {
    try (var files = Files.walk(DEPLOY)) {
      List<Path> all =
          files
              .filter(f -> f.toString().endsWith(".yaml") && !f.toString().contains("testbed"))
              .toList();
      assertThat(all).hasSizeGreaterThan(15);
      assertThat(all)
          .allSatisfy(f -> assertThat(documents(f)).allMatch(d -> d.path("kind").isTextual()));
    }
  }

  @Test
  void everyKustomization_namesFilesThatExist() throws IOException {
    try (var files = Files.walk(DEPLOY)) {
      assertThat(files.filter(f -> f.endsWith("kustomization.yaml")))
          .isNotEmpty()
          .allSatisfy(f ->
              assertThat(documents(f).getFirst().path("resources"))
                  .allSatisfy(r -> assertThat(f.resolveSibling(r.asText())).exists()));
    }
  }

  @Test
  void deployments_areNeverWritten() {
    assertThat(verbs("apps", "deployments")).isNotEmpty().allMatch(READS::contains);
    assertThat(verbs("apps", "deployments/scale")).isEmpty();
  }

  @Test
  void noRule_isAWildcard() {
    assertThat(rules().map(JsonNode::toString)).isNotEmpty().noneMatch(r -> r.contains("*"));
  }

  @Test
  void secrets_areReadOnlyInTheWritersNamespace() {
    assertThat(roles("ClusterRole").flatMap(InstallTest::rulesOf))
        .noneMatch(r -> names(r, "resources").contains("secrets"));
    assertThat(verbs("", "secrets")).containsExactly("get");
  }

  private static List<String> verbs(String group, String resource) {
    return rules()
        .filter(r -> names(r, "apiGroups").contains(group))
        .filter(r -> names(r, "resources").contains(resource))
        .flatMap(r -> names(r, "verbs").stream())
        .toList();
  }

  private static Stream<JsonNode> rules() {
    return Stream.concat(roles("ClusterRole"), roles("Role")).flatMap(InstallTest::rulesOf);
  }

  private static Stream<JsonNode> roles(String kind) {
    try (var files = Files.list(DEPLOY.resolve("base"))) {
      return files
          .flatMap(f -> documents(f).stream())
          .filter(d -> d.path("kind").asText().equals(kind))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<JsonNode> rulesOf(JsonNode role) {
    return role.path("rules").valueStream();
  }

  private static List<String> names(JsonNode rule, String field) {
    return rule.path(field).valueStream().map(JsonNode::asText).toList();
  }

  private static List<JsonNode> documents(Path file) {
    try {
      List<JsonNode> found = new ArrayList<>();
      new Load(LoadSettings.builder().build())
          .loadAllFromString(Files.readString(file))
          .forEach(d -> found.add(JSON.valueToTree(d)));
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
