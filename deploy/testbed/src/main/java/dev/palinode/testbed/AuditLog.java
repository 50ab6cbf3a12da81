package dev.palinode.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** Who asked the API server for what, as the server itself wrote it down. */
public final class AuditLog {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;

  AuditLog(Path file) {
    this.file = file;
  }

  /**
   * One request; {@code resource} is like {@code deployments.apps} or {@code
   * deployments.apps/scale}.
   */
  public record Request(
      Instant at,
      String user,
      String agent,
      String verb,
      String resource,
      String namespace,
      String name,
      int code) {

    /** Whether it asked for a change. */
    public boolean isWrite() {
      return switch (verb) {
        case "create", "update", "patch", "delete", "deletecollection" -> true;
        default -> false;
      };
    }
  }

  /** A mark to give to {@link #since}: everything asked from now on. */
  public long mark() {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every request after the mark, in the order of the log. A watch counts once, when it begins. */
  public List<Request> since(long mark) {
    var requests = new ArrayList<Request>();
    var seen = new HashSet<String>();
    for (String line : tail(mark).split("\n", -1)) {
      if (line.isEmpty()) {
        continue;
      }
      JsonNode event = parse(line);
      if (seen.add(event.path("auditID").asText())) {
        requests.add(request(event));
      }
    }
    return requests;
  }

  /** The requests of one account after the mark. */
  public List<Request> since(long mark, Account account) {
    return since(mark).stream().filter(r -> r.user().equals(account.user())).toList();
  }

  /** Up to the last whole line: the server may be writing the next one. */
  private String tail(long mark) {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var bytes = ByteBuffer.allocate(Math.toIntExact(channel.size() - mark));
      while (bytes.hasRemaining() && channel.read(bytes, mark + bytes.position()) >= 0) {}
      String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
      return text.substring(0, text.lastIndexOf('\n') + 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException("not an audit event: " + line, e);
    }
  }

  private static Request request(JsonNode event) {
    JsonNode object = event.path("objectRef");
    String group = object.path("apiGroup").asText();
    String subresource = object.path("subresource").asText();
    return new Request(
        Instant.parse(event.path("requestReceivedTimestamp").asText()),
        event.path("user").path("username").asText(),
        event.path("userAgent").asText(),
        event.path("verb").asText(),
        object.path("resource").asText()
            + (group.isEmpty() ? "" : "." + group)
            + (subresource.isEmpty() ? "" : "/" + subresource),
        object.path("namespace").asText(),
        object.path("name").asText(),
        event.path("responseStatus").path("code").asInt());
  }
}
