package dev.palinode.testbed.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestLogTest {
  private static final Instant START = MeshTimeline.START;

  @Test
  void requestsSince_countsFromTheirStart() {
    RequestLog log = new RequestLog(100, Optional.empty());
    log.add(List.of(request(0, "v1", 200), request(100, "v1", 500), request(200, "v2", 200)));

    assertThat(log.requests(START.plusMillis(100))).hasSize(2);
    assertThat(log.share("v2", START.plusMillis(100))).isEqualTo(0.5);
    assertThat(log.failures(START)).extracting(Request::code).containsExactly(500);
    assertThat(log.firstRequestTo("v2")).map(Request::time).contains(START.plusMillis(200));
    assertThat(log.firstRequestTo("v3")).isEmpty();
    assertThat(log.counts(START)).containsEntry("v1", 2).containsEntry("v2", 1);
    assertThat(log.share("v1", START.plusSeconds(9))).isNaN();
  }

  @Test
  void fullLog_forgetsTheOldest() {
    RequestLog log = new RequestLog(2, Optional.empty());
    log.add(List.of(request(0, "v1", 200), request(1, "v2", 200), request(2, "v3", 200)));

    assertThat(log.requests(START)).extracting(Request::imageTag).containsExactly("v2", "v3");
    assertThat(log.total()).isEqualTo(3);
  }

  @Test
  void file_holdsOneObjectALine(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("requests.ndjson");
    try (RequestLog log = new RequestLog(10, Optional.of(file))) {
      log.add(List.of(request(0, "v1", 200)));
      log.add(List.of(request(1, "v2", 503)));
    }

    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(2);
    JsonNode second = new ObjectMapper().readTree(lines.get(1));
    assertThat(second.get("imageTag").asText()).isEqualTo("v2");
    assertThat(second.get("version").asText()).isEqualTo("hash-v2");
    assertThat(second.get("code").asInt()).isEqualTo(503);
    assertThat(second.get("ms").asDouble()).isEqualTo(20.0);
  }

  private static Request request(long millis, String tag, int code) {
    return new Request(
        START.plusMillis(millis),
        MeshTimeline.HOST,
        "primary",
        "hash-" + tag,
        tag,
        "foo-" + tag,
        code,
        "-",
        Duration.ofMillis(20));
  }
}
