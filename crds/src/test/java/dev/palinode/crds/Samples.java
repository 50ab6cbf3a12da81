package dev.palinode.crds;

import static java.util.Locale.ROOT;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The good documents under src/test/resources/samples, and the bad ones made from them. */
final class Samples {
  static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

  private static final Path FOLDER = Path.of("src/test/resources/samples");

  private Samples() {}

  /** One row of bad-input.yaml. */
  record Bad(String name, String path, String says, String admission, JsonNode document) {
    @Override
    public String toString() {
      return name;
    }
  }

  static JsonNode good(String kind) {
    return file(kind.toLowerCase(ROOT) + ".yaml");
  }

  static List<Bad> bad() {
    return StreamSupport.stream(file("bad-input.yaml").spliterator(), false)
        .map(row ->
            new Bad(
                row.path("name").textValue(),
                row.path("path").textValue(),
                row.path("says").textValue(),
                row.path("admission").textValue(),
                changed(row)))
        .toList();
  }

  private static JsonNode changed(JsonNode row) {
    return changed(
        row.path("kind").textValue(),
        JsonPointer.compile(row.path("at").textValue()),
        row.get("value"));
  }

  /** The good document of a kind with one place changed, or taken away when the value is null. */
  static JsonNode changed(String kind, JsonPointer at, @Nullable JsonNode value) {
    JsonNode document = good(kind);
    JsonNode parent = document.at(at.head());
    String last = at.last().getMatchingProperty();
    if (parent instanceof ArrayNode list) {
      list.set(Integer.parseInt(last), value);
    } else if (value != null) {
      ((ObjectNode) parent).set(last, value);
    } else {
      ((ObjectNode) parent).remove(last);
    }
    return document;
  }

  static JsonNode file(String file) {
    try {
      return SERIALIZATION.unmarshal(Files.readString(FOLDER.resolve(file)), JsonNode.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
