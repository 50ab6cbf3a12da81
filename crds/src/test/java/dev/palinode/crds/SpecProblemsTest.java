package dev.palinode.crds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecProblemsTest {
  static List<Samples.Bad> bad() {
    return Samples.bad();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Canary", "AnalysisTemplate", "GitTarget", "Revert"})
  void goodDocument_hasNoProblemsAndIsRead(String kind) {
    SpecProblems.Checked checked = SpecProblems.check(Samples.good(kind));
    assertThat(checked.problems()).isEmpty();
    assertThat(checked.object()).get().extracting(HasMetadata::getKind).isEqualTo(kind);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Canary", "AnalysisTemplate", "GitTarget", "Revert"})
  void goodObject_hasNoProblems(String kind) {
    HasMetadata object = SpecProblems.check(Samples.good(kind)).object().orElseThrow();
    assertThat(SpecProblems.of(object)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("bad")
  void badDocument_isToldWhereAndWhatToDo(Samples.Bad bad) {
    List<Problem> problems = SpecProblems.check(bad.document()).problems();
    assertThat(problems)
        .as("one mistake is one problem")
        .singleElement()
        .satisfies(p -> {
          assertThat(p.path()).isEqualTo(bad.path());
          assertThat(p.message()).contains(bad.says());
        });
  }

  @Test
  void severalMistakes_areAllTold() {
    ObjectNode canary = (ObjectNode) Samples.good("Canary");
    ((ObjectNode) canary.path("spec")).put("bake", "soon").put("hold", "Maybe").remove("traffic");
    assertThat(SpecProblems.check(canary).problems())
        .extracting(Problem::path)
        .containsExactlyInAnyOrder("spec.bake", "spec.hold", "spec.traffic");
  }

  @Test
  void documentWithoutSteps_isSound() {
    ObjectNode canary = (ObjectNode) Samples.good("Canary");
    ((ObjectNode) canary.path("spec")).put("retry", "2").remove("steps");
    assertThat(SpecProblems.check(canary).problems()).isEmpty();
  }

  @Test
  void veryLongQuery_isCheckedWithoutOverflow() {
    ObjectNode template = (ObjectNode) Samples.good("AnalysisTemplate");
    ObjectNode metric = (ObjectNode) template.at("/spec/metrics/1");
    metric.put("query", "{x}".repeat(3_333));
    assertThat(SpecProblems.check(template).problems()).isEmpty();
    metric.put("query", "x".repeat(10_001));
    assertThat(SpecProblems.check(template).problems())
        .singleElement()
        .extracting(Problem::message)
        .isEqualTo("has 10001 characters, at most 10000 are allowed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Canary", "AnalysisTemplate", "GitTarget", "Revert"})
  void anyValueInAnyPlace_isAnsweredAndNeverThrown(String kind) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    List<JsonNode> odd =
        List.of(
            json.nullNode(),
            json.textNode(""),
            json.textNode("x"),
            json.numberNode(-1),
            json.numberNode(1e300),
            json.booleanNode(true),
            json.arrayNode(),
            json.arrayNode().addNull(),
            json.objectNode(),
            json.objectNode().put("x", 1));
    for (JsonPointer place : places(Samples.good(kind), JsonPointer.empty())) {
      for (JsonNode value : odd) {
        SpecProblems.Checked checked = SpecProblems.check(Samples.changed(kind, place, value));
        assertThat(checked.isSound() && checked.object().isEmpty())
            .as(place + "=" + value)
            .isFalse();
      }
    }
  }

  private static List<JsonPointer> places(JsonNode node, JsonPointer at) {
    List<JsonPointer> places = new ArrayList<>();
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      places.add(at.appendIndex(i));
      places.addAll(places(node.get(i), at.appendIndex(i)));
    }
    node.properties()
        .forEach(field -> {
          JsonPointer there = at.appendProperty(field.getKey());
          places.add(there);
          places.addAll(places(field.getValue(), there));
        });
    return places;
  }

  @Test
  void documentOfAnotherGroup_isNotCovered() {
    ObjectNode other = JsonNodeFactory.instance.objectNode().put("apiVersion", "apps/v1");
    assertThat(SpecProblems.covers(other)).isFalse();
    assertThat(SpecProblems.covers(Samples.good("Canary"))).isTrue();
  }
}
