package dev.palinode.gitwriter.jgit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** Git's own http-backend behind the JDK's server, with the faults that real servers have. */
final class HttpGit implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Path root;

  /** The only Authorization header that is let in; null lets all in. */
  volatile String authorization;

  /** How many answers to a push still get lost on their way. */
  final AtomicInteger cuts = new AtomicInteger();

  /** Answers everything with this status, if not 0. */
  volatile int status;

  /** Runs once, when a client first asks to push. */
  volatile Runnable onPush;

  final List<String> seenAuthorizations = new CopyOnWriteArrayList<>();

  /** What should never have left the proxy. */
  final List<String> seenProxyLogins = new CopyOnWriteArrayList<>();

  HttpGit(Path root) throws IOException {
    this(root, HttpServer.create(loopback(), 0));
  }

  /**
   * @param asksForCertificate true if clients without one of the context's authorities are sent
   *     away
   */
  static HttpGit overTls(Path root, SSLContext context, boolean asksForCertificate)
      throws IOException {
    HttpsServer https = HttpsServer.create(loopback(), 0);
    https.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters tls = context.getDefaultSSLParameters();
            tls.setNeedClientAuth(asksForCertificate);
            parameters.setSSLParameters(tls);
          }
        });
    return new HttpGit(root, https);
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private HttpGit(Path root, HttpServer server) {
    this.root = root;
    this.server = server;
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url(BareRepo repo) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + repo.dir.getFileName();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String given = exchange.getRequestHeaders().getFirst("Authorization");
      seenAuthorizations.add(String.valueOf(given));
      Optional.ofNullable(exchange.getRequestHeaders().getFirst("Proxy-Authorization"))
          .ifPresent(seenProxyLogins::add);
      byte[] body = exchange.getRequestBody().readAllBytes();
      Runnable hook = onPush;
      if (hook != null && String.valueOf(exchange.getRequestURI()).contains("git-receive-pack")) {
        onPush = null;
        hook.run();
      }
      if (status != 0) {
        exchange.sendResponseHeaders(status, -1);
      } else if (authorization != null && !authorization.equals(given)) {
        exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"git\"");
        exchange.sendResponseHeaders(401, -1);
      } else {
        backend(exchange, body);
      }
    }
  }

  private void backend(HttpExchange exchange, byte[] body) throws IOException {
    var uri = exchange.getRequestURI();
    ProcessBuilder builder = new ProcessBuilder("git", "http-backend");
    var env = builder.environment();
    env.put("GIT_PROJECT_ROOT", root.toString());
    env.put("GIT_HTTP_EXPORT_ALL", "1");
    env.put("GIT_CONFIG_GLOBAL", "/dev/null");
    env.put("PATH_INFO", uri.getPath());
    env.put("QUERY_STRING", uri.getRawQuery() == null ? "" : uri.getRawQuery());
    env.put("REQUEST_METHOD", exchange.getRequestMethod());
    env.put("REMOTE_USER", "palinode");
    env.put("CONTENT_LENGTH", Integer.toString(body.length));
    header(exchange, env, "Content-Type", "CONTENT_TYPE");
    header(exchange, env, "Git-Protocol", "GIT_PROTOCOL");
    header(exchange, env, "Content-Encoding", "HTTP_CONTENT_ENCODING");
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (var in = process.getOutputStream()) {
      in.write(body);
    }
    byte[] answer;
    try (InputStream out = process.getInputStream()) {
      answer = out.readAllBytes();
    }
    boolean isPush = uri.getPath().endsWith("/git-receive-pack");
    if (isPush && cuts.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      return; // the server did it, the client never hears of it
    }
    reply(exchange, answer);
  }

  private static void header(
      HttpExchange exchange, Map<String, String> env, String name, String variable) {
    String value = exchange.getRequestHeaders().getFirst(name);
    if (value != null) {
      env.put(variable, value);
    }
  }

  private static void reply(HttpExchange exchange, byte[] answer) throws IOException {
    int split = 0;
    while (!(answer[split] == '\r' && answer[split + 1] == '\n' && answer[split + 2] == '\r')) {
      split++;
    }
    int code = 200;
    List<String> lines = new ArrayList<>();
    new String(answer, 0, split, StandardCharsets.UTF_8).lines().forEach(lines::add);
    for (String line : lines) {
      String[] pair = line.split(": ", 2);
      if (pair[0].equals("Status")) {
        code = Integer.parseInt(pair[1].substring(0, 3));
      } else {
        exchange.getResponseHeaders().add(pair[0], pair[1]);
      }
    }
    byte[] content = Arrays.copyOfRange(answer, split + 4, answer.length);
    exchange.sendResponseHeaders(code, content.length == 0 ? -1 : content.length);
    exchange.getResponseBody().write(content);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
