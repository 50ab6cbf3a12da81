package dev.palinode.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@Needs(Part.PROMETHEUS)
class PrometheusServerTest {
  private final AtomicInteger scrapes = new AtomicInteger();
  private Testbed testbed;
  private HttpServer target;

  @BeforeEach
  void serveMetrics() throws Exception {
    target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    target.createContext(
        "/metrics",
        exchange -> {
          var text = "# TYPE hits_total counter\nhits_total " + scrapes.incrementAndGet() + "\n";
          exchange.sendResponseHeaders(200, text.length());
          exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
    target.start();
  }

  @AfterEach
  void stopMetrics() {
    testbed.prometheus().stopScraping("test");
    target.stop(0);
  }

  @Test
  void target_isScrapedAndAnswered() {
    testbed.prometheus().scrape("test", Duration.ofSeconds(1), List.of(instance()));

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() ->
            assertThat(testbed.prometheus().query(hits()))
                .singleElement()
                .satisfies(s -> assertThat(s.value()).isGreaterThanOrEqualTo(2)));
  }

  @Test
  void serverDown_comesBackWithItsData() {
    var prometheus = testbed.prometheus();
    prometheus.scrape("test", Duration.ofSeconds(1), List.of(instance()));
    await().atMost(Duration.ofSeconds(20)).until(() -> !prometheus.query(hits()).isEmpty());
    URI ready = prometheus.uri().resolve("/-/ready");

    prometheus.down();
    assertThat(Http.answers(ready)).isFalse();

    prometheus.up();
    assertThat(Http.answers(ready)).isTrue();
    assertThat(prometheus.query("count_over_time(" + hits() + "[10m])")).hasSize(1);
  }

  private String instance() {
    return "127.0.0.1:" + target.getAddress().getPort();
  }

  private String hits() {
    return "hits_total{instance=\"" + instance() + "\"}";
  }
}
