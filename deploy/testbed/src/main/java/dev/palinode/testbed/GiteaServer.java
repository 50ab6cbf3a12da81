package dev.palinode.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A real Gitea with users, protected branches, reviews and merges, as its own server keeps them.
 */
public final class GiteaServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Root may run it, as it may run everything else of the testbed. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of("GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT", "true");

  private final Path folder;
  private final int port = Ports.free();
  private final Child child;

  private GiteaServer(Path folder) {
    this.folder = folder;
    writeSettings();
    run("migrate");
    child =
        Child.start("gitea", folder, ENVIRONMENT, List.of("web", "--config", settings()))
            .awaitReady(() -> Http.answers(uri().resolve("/api/healthz")));
  }

  static GiteaServer start(Path folder) {
    return new GiteaServer(folder);
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + port + "/");
  }

  /** A new user, and a token for everything that the user may do. */
  public String createUser(String name) {
    String password = "password-of-" + name;
    run(
        "admin",
        "user",
        "create",
        "--username=" + name,
        "--password=" + password,
        "--email=" + name + "@example.com",
        "--must-change-password=false");
    String basic =
        Base64.getEncoder()
            .encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8));
    return call(
            "Basic " + basic,
            "POST",
            "users/" + name + "/tokens",
            Map.of("name", "testbed", "scopes", List.of("all")))
        .path("sha1")
        .asText();
  }

  /**
   * Asks the API as the token's user.
   *
   * @param path below {@code /api/v1/}
   * @param body as JSON; an empty map sends none
   * @return what it answers; one that is no 2xx throws with its words
   */
  public JsonNode api(String token, String method, String path, Map<String, ?> body) {
    return call("token " + token, method, path, body);
  }

  @Override
  public void close() {
    child.kill();
  }

  private JsonNode call(String authorization, String method, String path, Map<String, ?> body) {
    try {
      var content =
          body.isEmpty()
              ? BodyPublishers.noBody()
              : BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
      var request =
          HttpRequest.newBuilder(uri().resolve("/api/v1/" + path))
              .header("Authorization", authorization)
              .header("Content-Type", "application/json")
              .method(method, content)
              .build();
      return JSON.readTree(Http.send(request));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void run(String... arguments) {
    var command = new ArrayList<>(List.of(Binaries.program("gitea").toString()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--config", settings()));
    Command.run(folder, ENVIRONMENT, "", command);
  }

  private String settings() {
    return folder.resolve("app.ini").toString();
  }

  /** Nothing that leaves the machine, and nothing that is done now and then. */
  private void writeSettings() {
    try {
      Files.createDirectories(folder);
      Files.writeString(
          folder.resolve("app.ini"),
          """
          RUN_USER = %s
          RUN_MODE = prod
          WORK_PATH = %s
          [server]
          HTTP_ADDR = 127.0.0.1
          HTTP_PORT = %d
          ROOT_URL = %s
          STATIC_ROOT_PATH = %s
          DISABLE_SSH = true
          OFFLINE_MODE = true
          [database]
          DB_TYPE = sqlite3
          SQLITE_JOURNAL_MODE = WAL
          [security]
          INSTALL_LOCK = true
          [service]
          DISABLE_REGISTRATION = true
          [session]
          PROVIDER = memory
          [indexer]
          ISSUE_INDEXER_TYPE = db
          [actions]
          ENABLED = false
          [packages]
          ENABLED = false
          [cron]
          ENABLED = false
          [log]
          MODE = console
          LEVEL = Warn
          """
              .formatted(
                  System.getProperty("user.name"), folder, port, uri(), Binaries.giteaFiles()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
