package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.Passage;
import dev.palinode.gitwriter.Repository;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Why a server ends a connection right after its handshake. In TLS 1.3 a client learns that its
 * certificate was not liked when it reads; one that is still sending then only meets a closed
 * connection.
 */
final class TlsAlert {
  private static final Pattern CUT =
      Pattern.compile("Error writing to server|reset|Broken pipe|end of file|abort|[Cc]losed");
  private static final int HTTPS = 443;

  private TlsAlert() {}

  /**
   * Shakes hands once more and only listens.
   *
   * @param words how the connection ended
   * @return the alert in its words; empty if there is none, or there is a proxy in between
   */
  static Optional<String> after(
      String words, Repository repository, Passage passage, Duration patience) {
    URI url = URI.create(repository.isLocal() ? "file:/" : repository.url());
    if (!"https".equals(url.getScheme())
        || passage.proxy().isPresent()
        || !CUT.matcher(words).find()) {
      return Optional.empty();
    }
    int port = url.getPort() < 0 ? HTTPS : url.getPort();
    int millis = (int) Math.clamp(patience.toMillis(), 1, Integer.MAX_VALUE);
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(url.getHost(), port), millis);
      plain.setSoTimeout(millis);
      SSLContext context =
          passage.tls().isPresent() ? passage.tls().get().context() : SSLContext.getDefault();
      try (SSLSocket socket =
          (SSLSocket) context.getSocketFactory().createSocket(plain, url.getHost(), port, true)) {
        socket.startHandshake();
        var _ = socket.getInputStream().read();
      }
      return Optional.empty();
    } catch (SSLException e) {
      @Nullable String alert = e.getMessage();
      return Optional.ofNullable(alert);
    } catch (IOException | NoSuchAlgorithmException e) {
      return Optional.empty();
    }
  }
}
