package dev.palinode.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.mockwebserver.crud.AttributeSet;
import io.fabric8.mockwebserver.dsl.HttpMethod;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An in-memory API server that keeps three promises of the real one which the mock breaks: a JSON
 * patch whose {@code test} fails is refused with 422, a delete under preconditions that do not hold
 * with 409, and no answer has an empty body. Writes happen one after another.
 */
final class StrictDispatcher extends KubernetesCrudDispatcher {
  private static final ObjectMapper JSON = new ObjectMapper();

  StrictDispatcher() {
    super(List.of());
  }

  @Override
  public MockResponse dispatch(RecordedRequest request) {
    if (request.method() == HttpMethod.GET) {
      return super.dispatch(request);
    }
    synchronized (this) {
      return switch (request.method()) {
        case PATCH -> isJsonPatch(request) ? patch(request) : full(super.dispatch(request));
        case DELETE -> isRefused(request) ? preconditionFailed() : full(super.dispatch(request));
        default -> super.dispatch(request);
      };
    }
  }

  private static boolean isJsonPatch(RecordedRequest request) {
    return String.valueOf(request.getHeader("Content-Type")).contains("json-patch+json");
  }

  /** The whole patch or nothing of it, written as an update of the version it was tested on. */
  private MockResponse patch(RecordedRequest request) {
    String path = withoutQuery(request);
    Map.Entry<AttributeSet, String> found = findResource(getKey(path));
    if (found == null) {
      return failure(404, "NotFound", "nothing is at " + path);
    }
    try {
      JsonNode before = JSON.readTree(found.getValue());
      JsonNode after = JsonPatch.apply(JSON.readTree(request.getUtf8Body()), before);
      ((ObjectNode) after.path("metadata"))
          .set("resourceVersion", before.path("metadata").path("resourceVersion"));
      return full(
          handleUpdate(
              new RecordedRequest(
                  request.getHttpVersion(),
                  HttpMethod.PUT,
                  path,
                  request.getHeaders(),
                  new Buffer(JSON.writeValueAsString(after).getBytes(StandardCharsets.UTF_8)))));
    } catch (JsonPatchException e) {
      return failure(422, "Invalid", "the patch does not apply: " + e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isRefused(RecordedRequest request) {
    try {
      JsonNode wanted = JSON.readTree(Objects.requireNonNullElse(request.getUtf8Body(), ""));
      JsonNode conditions = wanted.path("preconditions");
      Map.Entry<AttributeSet, String> found = findResource(getKey(withoutQuery(request)));
      if (!conditions.isObject() || found == null) {
        return false;
      }
      JsonNode live = JSON.readTree(found.getValue()).path("metadata");
      return conditions.properties().stream()
          .anyMatch(c -> !c.getValue().equals(live.path(c.getKey())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MockResponse preconditionFailed() {
    return failure(409, "Conflict", "the object is another one by now");
  }

  private static MockResponse full(MockResponse answer) {
    boolean empty = answer.getBody() == null || answer.getBody().size() == 0;
    return empty && answer.code() < 300
        ? answer.setBody("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Success\"}")
        : answer;
  }

  private static MockResponse failure(int code, String reason, String message) {
    ObjectNode status = JSON.createObjectNode();
    status.put("kind", "Status").put("apiVersion", "v1").put("status", "Failure");
    status.put("code", code).put("reason", reason).put("message", message);
    return new MockResponse()
        .setResponseCode(code)
        .addHeader("Content-Type", "application/json")
        .setBody(status.toString());
  }

  private static String withoutQuery(RecordedRequest request) {
    String path = request.getPath();
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }
}
