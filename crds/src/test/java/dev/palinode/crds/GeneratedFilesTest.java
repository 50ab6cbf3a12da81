package dev.palinode.crds;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GeneratedFilesTest {
  private static final Path ROOT = Path.of("..");
  private static Map<String, String> texts;

  @BeforeAll
  static void generate() throws IOException {
    texts = GeneratedFiles.texts(Path.of(""));
  }

  @Test
  void committedFiles_areCurrent() {
    texts.forEach((path, text) ->
        assertThat(ROOT.resolve(path))
            .as("%s is not current; run: %s", path, GeneratedFiles.COMMAND)
            .hasContent(text));
  }

  @Test
  void kustomization_namesEveryFileOfItsFolder() throws IOException {
    try (var files = Files.list(ROOT.resolve("deploy/crds"))) {
      String kustomization = Files.readString(ROOT.resolve("deploy/crds/kustomization.yaml"));
      assertThat(files.map(f -> f.getFileName().toString()))
          .filteredOn(name -> !name.equals("kustomization.yaml"))
          .allSatisfy(name -> assertThat(kustomization).contains("- " + name + "\n"));
    }
  }

  @Test
  void namespacePolicy_saysTheSameAsTheCheck() {
    assertThat(ROOT.resolve("deploy/crds/revert-namespace.yaml"))
        .content()
        .contains("\"" + RevertSpec.OWN_NAMESPACE + "\"");
  }

  @Test
  void everyKind_requiresSpecAndHasCategoryAndStatus() {
    for (CustomResourceDefinition crd : definitions()) {
      assertThat(crd.getSpec().getNames().getCategories()).containsExactly("palinode");
      assertThat(crd.getSpec().getNames().getShortNames()).hasSize(1);
      assertThat(schema(crd).getRequired()).containsExactly("spec");
      assertThat(schema(crd).getProperties().get("spec").getProperties().values())
          .extracting(JSONSchemaProps::getDescription)
          .doesNotContainNull();
    }
  }

  @Test
  void canaryColumns_standInTheOrderOfTheContract() {
    assertThat(
            definition("Canary").getSpec().getVersions().getFirst().getAdditionalPrinterColumns())
        .extracting(column -> column.getName())
        .containsExactly("Phase", "Step", "Weight", "Verdict", "Stable", "Candidate", "Age");
  }

  @Test
  void durations_haveTheirSyntax() {
    JSONSchemaProps spec = schema(definition("Canary")).getProperties().get("spec");
    assertThat(spec.getProperties().get("bake").getPattern()).isEqualTo(Span.PATTERN);
    assertThat(
            spec.getProperties()
                .get("steps")
                .getItems()
                .getSchema()
                .getProperties()
                .get("pause")
                .getProperties()
                .get("duration")
                .getPattern())
        .isEqualTo(Span.PATTERN);
  }

  @Test
  void rules_areToldOnce() {
    for (CustomResourceDefinition crd : definitions()) {
      each(schema(crd)).forEach(s -> assertThat(rules(s)).doesNotHaveDuplicates());
    }
  }

  @Test
  void status_isNeverRefusedByARule() {
    for (CustomResourceDefinition crd : definitions()) {
      JSONSchemaProps status = schema(crd).getProperties().get("status");
      if (status != null) {
        assertThat(each(status))
            .allSatisfy(s -> {
              assertThat(rules(s)).isEmpty();
              assertThat(s.getMaxLength()).isNull();
              assertThat(s.getMaxItems()).isNull();
            });
      }
    }
  }

  @Test
  void everyRule_hasABadInputThatItRefuses() {
    Set<String> answers =
        Samples.bad().stream().map(Samples.Bad::admission).collect(Collectors.toSet());
    definitions().stream()
        .flatMap(crd -> each(schema(crd)).stream())
        .flatMap(s -> rules(s).stream())
        .filter(rule -> !rule.getRule().contains("oldSelf")) // needs two writes: CrdAdmissionIT
        .forEach(
            rule -> assertThat(answers).anySatisfy(a -> assertThat(rule.getMessage()).contains(a)));
  }

  private static List<CustomResourceDefinition> definitions() {
    return CrdYaml.KINDS.stream().map(kind -> definition(kind.getSimpleName())).toList();
  }

  private static CustomResourceDefinition definition(String kind) {
    return texts.entrySet().stream()
        .filter(e -> e.getKey().startsWith("deploy/crds/"))
        .map(e -> Samples.SERIALIZATION.unmarshal(e.getValue(), CustomResourceDefinition.class))
        .filter(crd -> crd.getSpec().getNames().getKind().equals(kind))
        .findFirst()
        .orElseThrow();
  }

  private static JSONSchemaProps schema(CustomResourceDefinition crd) {
    return crd.getSpec().getVersions().getFirst().getSchema().getOpenAPIV3Schema();
  }

  private static List<ValidationRule> rules(JSONSchemaProps schema) {
    return schema.getXKubernetesValidations();
  }

  private static List<JSONSchemaProps> each(JSONSchemaProps schema) {
    List<JSONSchemaProps> all = new ArrayList<>(List.of(schema));
    if (schema.getProperties() != null) {
      schema.getProperties().values().forEach(p -> all.addAll(each(p)));
    }
    if (schema.getItems() != null && schema.getItems().getSchema() != null) {
      all.addAll(each(schema.getItems().getSchema()));
    }
    return all;
  }
}
