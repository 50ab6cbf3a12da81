package dev.palinode.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.palinode.crds.Phase;
import dev.palinode.testbed.Account;
import dev.palinode.testbed.Testbed;
import io.fabric8.kubernetes.client.Config;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Stands between the program and the API server, byte for byte, and can kill the program at a write
 * that it sees pass: before the server has it, or when it is done and nobody was told.
 *
 * <p>Events and Leases do not count: they are no part of what a rollout does. What the killed
 * process had under way on other connections goes on as it does in a real crash.
 */
final class KillingProxy implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern NAMESPACED =
      Pattern.compile(
          "/(?:api|apis/[^/]+)/[^/]+/namespaces/([^/]+)/([^/]+)(?:/([^/]+))?(?:/([^/]+))?");
  private static final Set<String> UNCOUNTED =
      Set.of("events", "leases", "serviceaccounts", "secrets");

  /** Between which two things the program dies. */
  enum Moment {
    /** The program has asked, the server has heard nothing. */
    BEFORE,
    /** The server has done it, the program does not know. */
    AFTER
  }

  /**
   * A write at one of its two moments.
   *
   * @param namespace of the Canary it is about
   * @param phase of that Canary in the API server at this moment
   * @param what verb, kind, and for a status that moves on, where to
   */
  record Write(String namespace, Phase phase, String what) {}

  /** Hears every write twice and says when to kill. */
  @FunctionalInterface
  interface Watcher {
    boolean kills(Write write, Moment moment);
  }

  private final URI server;
  private final SSLContext tls;
  private final ServerSocket listener;
  private final Path kubeconfig;
  private final Map<String, Phase> phases = new ConcurrentHashMap<>();
  private final AtomicInteger forwarded = new AtomicInteger();
  private final Object death = new Object();
  private volatile Watcher watcher = (_, _) -> false;
  private volatile Runnable kill = () -> {};
  private volatile int life;

  private KillingProxy(Testbed testbed) throws IOException, GeneralSecurityException {
    Path original = testbed.controlPlane().kubeconfig(Account.PALINODE);
    Config config = Config.fromKubeconfig(original.toFile());
    server = testbed.controlPlane().uri();
    tls = trusting(config.getCaCertData());
    listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    kubeconfig = testbed.folder().resolve("through-proxy-" + listener.getLocalPort());
    Files.writeString(
        kubeconfig,
        Files.readString(original)
            .replaceAll(
                "server: [^,}\\s]+", "server: http://127.0.0.1:" + listener.getLocalPort()));
    Thread.ofVirtual().name("proxy").start(this::accept);
  }

  static KillingProxy start(Testbed testbed) {
    try {
      return new KillingProxy(testbed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The program's way to the API server through here. */
  Path kubeconfig() {
    return kubeconfig;
  }

  /** How many counted writes the server answered. */
  int forwarded() {
    return forwarded.get();
  }

  /**
   * @param how ends the program, and may start the next one, before it returns
   */
  void watch(Watcher who, Runnable how) {
    kill = how;
    watcher = who;
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        client.setTcpNoDelay(true);
        int born = life;
        Thread.ofVirtual().name("proxied").start(() -> serve(client, born));
      } catch (SocketException e) {
        return;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** One connection of the program is one of ours to the server; any fault ends both. */
  private void serve(Socket client, int born) {
    try (client;
        Socket upstream = tls.getSocketFactory().createSocket(server.getHost(), server.getPort())) {
      upstream.setTcpNoDelay(true);
      Side program = new Side(client);
      Side api = new Side(upstream);
      while (exchange(program, api, born)) {
        // the next request on the same connection
      }
    } catch (IOException e) {
      // Whoever was cut off sees it on its own socket.
    }
  }

  /** One request and its answer; false if the connection is over. */
  private boolean exchange(Side program, Side api, int born) throws IOException {
    Head request = Head.read(program.in);
    if (request == null) {
      return false;
    }
    boolean isUpgrade = request.field("upgrade").filter("websocket"::equalsIgnoreCase).isPresent();
    byte[] body = body(request, program.in);
    Optional<Write> write = written(request, body);
    if (write.isPresent() && dies(write.get(), Moment.BEFORE, born)) {
      return false;
    }
    api.out.write(request.bytes());
    api.out.write(body);
    api.out.flush();
    Head answer = Head.read(api.in);
    while (answer != null && answer.status() / 100 == 1 && answer.status() != 101) {
      answer = Head.read(api.in);
    }
    if (answer == null) {
      return false;
    }
    if (answer.status() == 101) {
      program.out.write(answer.bytes());
      program.out.flush();
      tunnel(program, api);
      return false;
    }
    boolean empty =
        request.verb().equals("HEAD") || answer.status() == 204 || answer.status() == 304;
    if (write.isPresent()) {
      ByteArrayOutputStream held = new ByteArrayOutputStream();
      held.write(answer.bytes());
      boolean open = empty || copyBody(answer, api.in, held);
      if (done(write.get(), request, body, answer, born)) {
        return false;
      }
      program.out.write(held.toByteArray());
      program.out.flush();
      return open && !answer.closes();
    }
    program.out.write(answer.bytes());
    program.out.flush();
    boolean open = empty || copyBody(answer, api.in, program.out);
    return open && !answer.closes() && !isUpgrade;
  }

  private Optional<Write> written(Head request, byte[] body) throws IOException {
    Matcher at = NAMESPACED.matcher(request.path());
    if (request.verb().equals("GET") || request.verb().equals("HEAD") || !at.matches()) {
      return Optional.empty();
    }
    String kind = at.group(2);
    if (UNCOUNTED.contains(kind)) {
      return Optional.empty();
    }
    String namespace = kind.equals("gittargets") ? at.group(3) : at.group(1);
    String sub = at.group(4) == null ? "" : "/" + at.group(4);
    Phase phase = phases.getOrDefault(namespace, Phase.Initializing);
    String what = request.verb() + " " + kind + sub;
    String next = sub.equals("/status") ? statusPhase(body) : "";
    boolean moves = !next.isEmpty() && !(kind.equals("canaries") && next.equals(phase.name()));
    return Optional.of(new Write(namespace, phase, moves ? what + " > " + next : what));
  }

  private boolean done(Write write, Head request, byte[] body, Head answer, int born)
      throws IOException {
    if (answer.status() / 100 != 2) {
      return false;
    }
    forwarded.incrementAndGet();
    if (request.path().contains("/canaries/") && request.path().endsWith("/status")) {
      String phase = statusPhase(body);
      if (!phase.isEmpty()) {
        phases.put(write.namespace(), Phase.valueOf(phase));
      }
    }
    Phase now = phases.getOrDefault(write.namespace(), Phase.Initializing);
    return dies(new Write(write.namespace(), now, write.what()), Moment.AFTER, born);
  }

  /** A process dies once: what it still had under way when it did is nobody's kill. */
  private boolean dies(Write write, Moment moment, int born) {
    synchronized (death) {
      if (born != life) {
        return true;
      }
      if (!watcher.kills(write, moment)) {
        return false;
      }
      life++;
      kill.run();
      return true;
    }
  }

  private static String statusPhase(byte[] body) throws IOException {
    JsonNode phase = JSON.readTree(body).at("/status/phase");
    return phase.isTextual() ? phase.asText() : "";
  }

  private static void tunnel(Side program, Side api) throws IOException {
    Thread back =
        Thread.ofVirtual()
            .start(() -> {
              try {
                pump(api.in, program.out);
              } catch (IOException e) {
                // the other side ended
              } finally {
                program.closeQuietly();
              }
            });
    try {
      pump(program.in, api.out);
    } finally {
      api.closeQuietly();
      back.interrupt();
    }
  }

  /** Flushes at every read: a watch must not wait for the next event. */
  private static void pump(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[16_384];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      out.write(buffer, 0, n);
      out.flush();
    }
  }

  private static byte[] body(Head request, InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    if (request.isChunked()) {
      copyChunks(in, body);
    } else {
      copy(in, body, request.length().orElse(0L));
    }
    return body.toByteArray();
  }

  /** False if the body ends with the connection. */
  private static boolean copyBody(Head answer, InputStream in, OutputStream out)
      throws IOException {
    if (answer.isChunked()) {
      copyChunks(in, out);
      return true;
    }
    if (answer.length().isPresent()) {
      copy(in, out, answer.length().get());
      return true;
    }
    pump(in, out);
    return false;
  }

  private static void copyChunks(InputStream in, OutputStream out) throws IOException {
    while (true) {
      String line = line(in);
      out.write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      int size = Integer.parseInt(line.split(";", 2)[0].strip(), 16);
      if (size == 0) {
        break;
      }
      copy(in, out, size + 2L);
    }
    String trailer;
    do {
      trailer = line(in);
      out.write((trailer + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    } while (!trailer.isEmpty());
    out.flush();
  }

  private static void copy(InputStream in, OutputStream out, long length) throws IOException {
    byte[] buffer = new byte[16_384];
    for (long left = length; left > 0; ) {
      int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        throw new EOFException();
      }
      out.write(buffer, 0, n);
      left -= n;
    }
    out.flush();
  }

  /** Without its line end. */
  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException();
      }
      line.write(c);
    }
    return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }

  private static SSLContext trusting(String authorities)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    var pem = new ByteArrayInputStream(Base64.getDecoder().decode(authorities));
    for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
      store.setCertificateEntry("authority-" + store.size(), certificate);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  /** One end of a connection. */
  private static final class Side {
    final Socket socket;
    final InputStream in;
    final OutputStream out;

    Side(Socket socket) throws IOException {
      this.socket = socket;
      this.in = new BufferedInputStream(socket.getInputStream(), 16_384);
      this.out = new BufferedOutputStream(socket.getOutputStream(), 16_384);
    }

    void closeQuietly() {
      try {
        socket.close();
      } catch (IOException e) {
        // it is over either way
      }
    }
  }

  /** The lines before a body. */
  private record Head(String first, List<String> fields) {
    /** Null at the end of the connection. */
    static Head read(InputStream in) throws IOException {
      String first;
      try {
        first = line(in);
      } catch (EOFException e) {
        return null;
      }
      List<String> fields = new ArrayList<>();
      for (String field = line(in); !field.isEmpty(); field = line(in)) {
        fields.add(field);
      }
      Head head = new Head(first, fields);
      // The JDK's client offers HTTP/2 on plain connections.
      if (head.field("upgrade").filter("h2c"::equalsIgnoreCase).isPresent()) {
        fields.removeIf(f -> {
          String name = f.toLowerCase(Locale.ROOT);
          return name.startsWith("upgrade:")
              || name.startsWith("http2-settings:")
              || name.startsWith("connection:");
        });
      }
      return head;
    }

    byte[] bytes() {
      String text = first + "\r\n" + String.join("\r\n", fields) + "\r\n\r\n";
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    String verb() {
      return first.split(" ", 2)[0];
    }

    String path() {
      return first.split(" ", 3)[1].split("\\?", 2)[0];
    }

    int status() {
      return Integer.parseInt(first.split(" ", 3)[1]);
    }

    Optional<String> field(String name) {
      return fields.stream()
          .filter(f -> f.toLowerCase(Locale.ROOT).startsWith(name + ":"))
          .map(f -> f.substring(name.length() + 1).strip())
          .findFirst();
    }

    boolean isChunked() {
      return field("transfer-encoding").filter("chunked"::equalsIgnoreCase).isPresent();
    }

    Optional<Long> length() {
      return field("content-length").map(Long::parseLong);
    }

    boolean closes() {
      return field("connection").filter("close"::equalsIgnoreCase).isPresent();
    }
  }
}
