package dev.palinode.gitwriter.forge;

import dev.palinode.gitwriter.Passage;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One HTTP client for each way to the hosts. None follows a redirect, which could carry the
 * credentials elsewhere.
 */
final class HttpClients implements AutoCloseable {
  /** A certificate that was exchanged leaves a client behind. */
  private static final int MAX_KEPT = 64;

  private final Duration patience;
  private final Map<Passage, HttpClient> kept = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param patience for a connection to come about
   */
  HttpClients(Duration patience) {
    this.patience = patience;
  }

  synchronized HttpClient of(Passage passage) {
    HttpClient known = kept.get(passage);
    if (known == null) {
      known = client(passage);
      kept.put(passage, known);
      forgetOldest();
    }
    return known;
  }

  /** What is under way on it comes to its end. */
  private void forgetOldest() {
    if (kept.size() > MAX_KEPT) {
      var oldest = kept.entrySet().iterator();
      oldest.next().getValue().shutdown();
      oldest.remove();
    }
  }

  private HttpClient client(Passage passage) {
    HttpClient.Builder client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(patience)
            .followRedirects(HttpClient.Redirect.NEVER);
    passage.tls().ifPresent(tls -> client.sslContext(tls.context()));
    passage.proxy().ifPresent(proxy -> client.proxy(proxy.selector()));
    return client.build();
  }

  @Override
  public synchronized void close() {
    kept.values().forEach(HttpClient::shutdownNow);
    kept.values().forEach(HttpClient::close);
    kept.clear();
  }
}
