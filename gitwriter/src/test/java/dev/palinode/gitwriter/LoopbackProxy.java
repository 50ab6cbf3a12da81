package dev.palinode.gitwriter;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A proxy that tunnels and forwards to one server, whatever host a client names. */
public final class LoopbackProxy implements AutoCloseable {
  private final ServerSocket socket;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final int backend;

  /** The only Proxy-Authorization header that is let through; null lets all through. */
  public volatile String authorization;

  /** Method and target of each request that was let through. */
  public final List<String> passed = new CopyOnWriteArrayList<>();

  /** Those that were not. */
  public final List<String> refused = new CopyOnWriteArrayList<>();

  /**
   * @param backend port of the server
   */
  public LoopbackProxy(int backend) throws IOException {
    this.backend = backend;
    this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    var _ = threads.submit(this::accept);
  }

  public Passage passage(Optional<Passage.Login> login) {
    return new Passage(
        Optional.empty(),
        Optional.of(
            new Passage.Proxy(
                "127.0.0.1", socket.getLocalPort(), login, "Secret palinode-system/proxy")));
  }

  private Object accept() throws IOException {
    while (true) {
      Socket client = socket.accept();
      var _ =
          threads.submit(() -> {
            try (client) {
              serve(client);
            }
            return null;
          });
    }
  }

  private void serve(Socket client) throws Exception {
    InputStream in = new BufferedInputStream(client.getInputStream());
    List<String> head = head(in);
    String[] request = head.getFirst().split(" ");
    String line = request[0] + " " + request[1];
    boolean isAllowed =
        authorization == null
            || head.stream()
                .anyMatch(h -> h.equalsIgnoreCase("Proxy-Authorization: " + authorization));
    if (!isAllowed) {
      refused.add(line);
      send(
          client.getOutputStream(),
          List.of(
              "HTTP/1.1 407 Proxy Authentication Required",
              "Proxy-Authenticate: Basic realm=\"proxy\"",
              "Content-Length: 0",
              "Connection: close"));
      return;
    }
    passed.add(line);
    try (Socket server = new Socket(InetAddress.getLoopbackAddress(), backend)) {
      boolean isTunnel = request[0].equals("CONNECT");
      if (isTunnel) {
        send(client.getOutputStream(), List.of("HTTP/1.1 200 Connection established"));
      } else {
        send(server.getOutputStream(), forwarded(request, head));
      }
      Future<?> up = threads.submit(() -> in.transferTo(server.getOutputStream()));
      InputStream answer = new BufferedInputStream(server.getInputStream());
      if (!isTunnel) {
        send(client.getOutputStream(), closing(head(answer)));
      }
      answer.transferTo(client.getOutputStream());
      up.cancel(true);
    }
  }

  /** A client that is not told would send its next request into the connection that is closing. */
  private static List<String> closing(List<String> head) {
    List<String> sent = new ArrayList<>(head);
    sent.removeIf(h -> h.toLowerCase(Locale.ROOT).startsWith("connection:"));
    sent.add("Connection: close");
    return sent;
  }

  private static List<String> forwarded(String[] request, List<String> head) {
    URI target = URI.create(request[1]);
    List<String> sent = new ArrayList<>();
    String query = target.getRawQuery() == null ? "" : "?" + target.getRawQuery();
    sent.add(request[0] + " " + target.getRawPath() + query + " HTTP/1.1");
    head.stream()
        .skip(1)
        .filter(h -> !h.toLowerCase(Locale.ROOT).matches("(proxy-|connection:).*"))
        .forEach(sent::add);
    sent.add("Connection: close");
    return sent;
  }

  private static List<String> head(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (!bytes.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the other side left");
      }
      bytes.write(next);
    }
    return bytes.toString(StandardCharsets.ISO_8859_1).strip().lines().toList();
  }

  private static void send(OutputStream out, List<String> lines) throws IOException {
    out.write((String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  @Override
  public void close() throws IOException {
    socket.close();
    threads.shutdownNow();
  }
}
