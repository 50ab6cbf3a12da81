package dev.palinode.testbed;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A git host over smart HTTP: git's own back end behind the JDK's web server, a token per
 * repository.
 */
public final class GitServer implements AutoCloseable {
  private final Path folder;
  private final int port = Ports.free();
  private final Map<String, GitRepository> repositories = new ConcurrentHashMap<>();
  private @Nullable HttpServer server;

  private GitServer(Path folder) {
    this.folder = folder;
  }

  static GitServer start(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var git = new GitServer(folder);
    git.up();
    return git;
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + port + "/");
  }

  /** A new empty repository with a token of its own. */
  public GitRepository createRepository(String name) {
    String file = name + ".git";
    var repository = new GitRepository(folder, file, uri().resolve(file), "token-of-" + name);
    if (repositories.putIfAbsent(file, repository) != null) {
      throw new IllegalArgumentException("there is a repository " + name + " already");
    }
    return repository;
  }

  /** Refuses connections until {@link #up}. */
  public synchronized void down() {
    if (server != null) {
      server.stop(0);
      server = null;
    }
  }

  /** Serves, on the same port as ever. */
  public synchronized void up() {
    if (server != null) {
      return;
    }
    try {
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      HttpServer http = HttpServer.create(address, 0);
      http.createContext("/", this::handle);
      http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      http.start();
      server = http;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    down();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      var repository = repositories.get(path.substring(1, endOfName(path)));
      if (repository == null) {
        exchange.sendResponseHeaders(404, -1);
      } else if (!isAllowed(exchange, repository)) {
        exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"git\"");
        exchange.sendResponseHeaders(401, -1);
      } else {
        runBackEnd(exchange, path);
      }
    }
  }

  private static int endOfName(String path) {
    int slash = path.indexOf('/', 1);
    return slash < 0 ? path.length() : slash;
  }

  private static boolean isAllowed(HttpExchange exchange, GitRepository repository) {
    String header = exchange.getRequestHeaders().getFirst("Authorization");
    if (header == null) {
      return false;
    }
    if (header.startsWith("Bearer ")) {
      return header.substring(7).equals(repository.token());
    }
    if (!header.startsWith("Basic ")) {
      return false;
    }
    var userAndPassword =
        new String(Base64.getDecoder().decode(header.substring(6)), StandardCharsets.UTF_8);
    return userAndPassword.substring(userAndPassword.indexOf(':') + 1).equals(repository.token());
  }

  private void runBackEnd(HttpExchange exchange, String path) throws IOException {
    var builder = new ProcessBuilder("git", "http-backend").directory(folder.toFile());
    builder.redirectError(ProcessBuilder.Redirect.appendTo(folder.resolve("git.log").toFile()));
    Map<String, String> env = builder.environment();
    env.putAll(Git.ENVIRONMENT);
    env.put("GIT_PROJECT_ROOT", folder.toString());
    env.put("GIT_HTTP_EXPORT_ALL", "1");
    env.put("REMOTE_USER", "git");
    env.put("REMOTE_ADDR", "127.0.0.1");
    env.put("REQUEST_METHOD", exchange.getRequestMethod());
    env.put("PATH_INFO", path);
    env.put("QUERY_STRING", orEmpty(exchange.getRequestURI().getRawQuery()));
    for (String header : new String[] {"Content-Type", "Content-Length"}) {
      putHeader(env, header.toUpperCase(Locale.ROOT).replace('-', '_'), exchange, header);
    }
    putHeader(env, "HTTP_CONTENT_ENCODING", exchange, "Content-Encoding");
    putHeader(env, "GIT_PROTOCOL", exchange, "Git-Protocol");
    Process process = builder.start();
    var feeder = Thread.ofVirtual().start(() -> feed(exchange, process));
    try (var out = new BufferedInputStream(process.getInputStream())) {
      answer(exchange, out);
    } finally {
      process.destroy();
      feeder.interrupt();
    }
  }

  private static void feed(HttpExchange exchange, Process process) {
    try (var in = process.getOutputStream()) {
      exchange.getRequestBody().transferTo(in);
    } catch (IOException theBackEndHadEnough) {
      // It answers before it has read everything when it refuses; its answer tells why.
    }
  }

  /** Turns the CGI headers into HTTP ones, then copies the body. */
  private static void answer(HttpExchange exchange, InputStream out) throws IOException {
    int status = 200;
    for (String line = readLine(out); !line.isEmpty(); line = readLine(out)) {
      int colon = line.indexOf(':');
      String name = line.substring(0, colon);
      String value = line.substring(colon + 1).strip();
      if (name.equalsIgnoreCase("Status")) {
        status = Integer.parseInt(value.substring(0, 3));
      } else {
        exchange.getResponseHeaders().add(name, value);
      }
    }
    exchange.sendResponseHeaders(status, 0);
    try (var body = exchange.getResponseBody()) {
      out.transferTo(body);
    }
  }

  private static String readLine(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
    }
    return line.toString().strip();
  }

  private static void putHeader(
      Map<String, String> env, String variable, HttpExchange exchange, String header) {
    String value = exchange.getRequestHeaders().getFirst(header);
    if (value != null) {
      env.put(variable, value);
    }
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
