package dev.palinode.controller.istio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;

/** Objects as people write them. */
final class Yaml {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Yaml() {}

  static ObjectNode object(String yaml) {
    return JSON.valueToTree(Serialization.unmarshal("---\n" + yaml, Map.class));
  }

  static JsonNode list(String yaml) {
    return object("list:\n" + yaml.indent(2)).path("list");
  }

  static LiveVirtualService virtualService(String yaml) {
    return new LiveVirtualService(object(yaml));
  }

  static LiveVirtualService patched(LiveVirtualService vs, JsonPatch patch) {
    return new LiveVirtualService(
        io.fabric8.zjsonpatch.JsonPatch.apply(patch.operations(), vs.json()));
  }
}
