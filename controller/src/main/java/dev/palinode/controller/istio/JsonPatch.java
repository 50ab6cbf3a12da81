package dev.palinode.controller.istio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;

/**
 * JSON Patch operations on one object at one version: if anybody wrote meanwhile, the server
 * refuses the whole patch.
 */
final class JsonPatch {
  private final ArrayNode operations = JsonNodeFactory.instance.arrayNode();
  private int changes;

  private JsonPatch() {}

  static JsonPatch at(String resourceVersion) {
    return new JsonPatch().test("/metadata/resourceVersion", TextNode.valueOf(resourceVersion));
  }

  JsonPatch test(String path, JsonNode value) {
    return operation("test", path, value);
  }

  JsonPatch add(String path, JsonNode value) {
    changes++;
    return operation("add", path, value);
  }

  JsonPatch replace(String path, JsonNode value) {
    changes++;
    return operation("replace", path, value);
  }

  JsonPatch remove(String path) {
    changes++;
    operations.addObject().put("op", "remove").put("path", path);
    return this;
  }

  /** Nothing would be written. */
  boolean isEmpty() {
    return changes == 0;
  }

  ArrayNode operations() {
    return operations;
  }

  /** A key as one segment of a path. */
  static String segment(String key) {
    return "/" + key.replace("~", "~0").replace("/", "~1");
  }

  @Override
  public String toString() {
    return operations.toString();
  }

  private JsonPatch operation(String op, String path, JsonNode value) {
    operations.addObject().put("op", op).put("path", path).set("value", value.deepCopy());
    return this;
  }
}
