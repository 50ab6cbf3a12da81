package dev.palinode.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.crds.Canary;
import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.Revert;
import dev.palinode.crds.RevertStatus;
import dev.palinode.testbed.Needs;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Testbed;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The committed definitions on a real API server: what it admits, refuses and gives back. */
@Needs(value = Part.CONTROL_PLANE, alone = true)
class CrdAdmissionIT {
  private static final Path DEFINITIONS = Path.of("../deploy/crds");
  private static final Path SAMPLES = Path.of("../crds/src/test/resources/samples");
  private static final KubernetesSerialization YAML = new KubernetesSerialization();
  private static final Map<String, String> PLURALS =
      Map.of(
          "Canary", "canaries",
          "AnalysisTemplate", "analysistemplates",
          "GitTarget", "gittargets",
          "Revert", "reverts");

  private static KubernetesClient client;
  private static String namespace;

  record Row(String name, String kind, String admission, JsonNode document) {
    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeAll
  static void install(Testbed testbed) throws IOException {
    client = testbed.controlPlane().admin();
    namespace = testbed.namespace("crds");
    try (Stream<Path> files = Files.list(DEFINITIONS)) {
      files
          .filter(file -> !file.endsWith("kustomization.yaml"))
          .forEach(testbed.controlPlane()::apply);
    }
    // A policy takes effect a moment after it was written.
    JsonNode foreign = good("Revert");
    ((ObjectNode) foreign.at("/spec/object")).put("namespace", "kube-system");
    await("the policy is in force")
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> assertThatThrownBy(() -> create("Revert", foreign, "dryRun=All")).isNotNull());
  }

  static List<Row> bad() throws IOException {
    return StreamSupport.stream(read("bad-input.yaml").spliterator(), false)
        .map(row ->
            new Row(
                row.path("name").textValue(),
                row.path("kind").textValue(),
                row.path("admission").textValue(),
                row))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Canary", "AnalysisTemplate", "GitTarget", "Revert"})
  void goodDocument_isAdmittedWithoutAWarning(String kind) {
    JsonNode admitted = create(kind, good(kind), "dryRun=All&fieldValidation=Strict");
    assertThat(admitted.path("kind").textValue()).isEqualTo(kind);
  }

  @ParameterizedTest
  @MethodSource("bad")
  void badDocument_isAnsweredAsTheTableSays(Row row) {
    JsonNode document = changed(row);
    if (row.admission().equals("accepted")) {
      assertThat(create(row.kind(), document, "dryRun=All").path("kind").textValue())
          .isEqualTo(row.kind());
    } else {
      assertThatThrownBy(() -> create(row.kind(), document, "dryRun=All"))
          .isInstanceOf(KubernetesClientException.class)
          .hasMessageContaining(row.admission());
    }
  }

  @Test
  void unknownField_isRefusedToWhoAsksForStrictness() {
    JsonNode document = good("Canary");
    ((ObjectNode) document.path("spec")).put("stpes", 1);
    assertThatThrownBy(() -> create("Canary", document, "dryRun=All&fieldValidation=Strict"))
        .hasMessageContaining("unknown field \"spec.stpes\"");
  }

  @Test
  void smallestCanary_getsTheDefaultsThatTheRecordsHave() {
    String smallest =
        """
        targetRef: {name: checkout}
        traffic: {istio: {virtualServices: [{name: checkout}]}}
        """;
    CanarySpec before = YAML.unmarshal(smallest, CanarySpec.class);
    ObjectNode document = (ObjectNode) good("Canary");
    document.set("spec", YAML.unmarshal(smallest, JsonNode.class));
    JsonNode admitted = create("Canary", document, "dryRun=All").path("spec");
    assertThat(admitted.path("watch").textValue()).isEqualTo("10m");
    assertThat(YAML.convertValue(admitted, CanarySpec.class)).isEqualTo(before);
  }

  @Test
  void specAndStatus_comeBackAsTheyWereWritten() throws IOException {
    Canary canary = YAML.convertValue(good("Canary"), Canary.class);
    canary.getMetadata().setName("written");
    CanarySpec written = canary.getSpec();
    Canary created = client.resource(canary).create();
    assertThat(created.getSpec()).isEqualTo(written);

    CanaryStatus status = YAML.convertValue(read("canary-status.yaml"), CanaryStatus.class);
    created.setStatus(status);
    client.resource(created).updateStatus();
    assertThat(client.resource(canary).get().getStatus()).isEqualTo(status);
  }

  @Test
  void revert_keepsItsSpecAndTakesAStatus() {
    Revert asked = YAML.convertValue(good("Revert"), Revert.class);
    asked.getMetadata().setName("written-7f9c2d41");
    Revert revert = client.resource(asked).create();
    assertThat(revert.getSpec().source().path()).isEmpty();

    for (String change :
        List.of(
            "{\"spec\":{\"mode\":\"Notify\"}}",
            "{\"spec\":{\"lastGood\":{\"revision\":\"other\"}}}",
            "{\"spec\":{\"reason\":null}}",
            "{\"spec\":null}")) {
      assertThatThrownBy(
              () -> client.resource(revert).patch(PatchContext.of(PatchType.JSON_MERGE), change))
          .as(change)
          .hasMessageMatching("(?s).*(a Revert is immutable|spec: Required value).*");
    }

    revert.setStatus(
        YAML.unmarshal(
            """
            phase: Blocked
            reason: NotGranted
            message: Add a grant.
            attempts: 1
            nextAttempt: "2026-01-01T00:00:00Z"
            """,
            RevertStatus.class));
    client.resource(revert).updateStatus();
    assertThat(client.resource(revert).get().getStatus()).isEqualTo(revert.getStatus());
  }

  private static JsonNode create(String kind, JsonNode document, String query) {
    String version = document.path("apiVersion").asText();
    String uri =
        "/apis/%s/namespaces/%s/%s?%s".formatted(version, namespace, PLURALS.get(kind), query);
    return YAML.unmarshal(client.raw(uri, "POST", document), JsonNode.class);
  }

  private static JsonNode changed(Row row) {
    JsonNode document = good(row.kind());
    JsonPointer at = JsonPointer.compile(row.document().path("at").textValue());
    JsonNode value = row.document().get("value");
    String last = at.last().getMatchingProperty();
    switch (document.at(at.head())) {
      case ArrayNode list -> list.set(Integer.parseInt(last), value);
      case ObjectNode fields when value == null -> fields.remove(last);
      case ObjectNode fields -> fields.set(last, value);
      default -> throw new IllegalStateException("nothing at " + at.head());
    }
    return document;
  }

  private static JsonNode good(String kind) {
    try {
      return read(kind.toLowerCase(Locale.ROOT) + ".yaml");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode read(String file) throws IOException {
    String text = Files.readString(SAMPLES.resolve(file));
    return YAML.unmarshal(
        text.replace("namespace: shop", "namespace: " + namespace), JsonNode.class);
  }
}
