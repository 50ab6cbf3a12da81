package dev.palinode.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.palinode.analysis.Answer;
import dev.palinode.analysis.BuiltInTemplates;
import dev.palinode.analysis.GateSettings;
import dev.palinode.analysis.HistogramSample;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.Series;
import dev.palinode.analysis.Spread;
import dev.palinode.analysis.Verdict;
import dev.palinode.analysis.prometheus.PrometheusSettings;
import dev.palinode.analysis.prometheus.PrometheusSource;
import dev.palinode.analysis.record.RolloutRecord;
import dev.palinode.analysis.replay.PastRollout;
import dev.palinode.testbed.Needs;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Testbed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a real Prometheus sends of things that no simulator of ours exposes. */
@Needs(Part.PROMETHEUS)
@Timeout(180)
class RealPrometheusIT {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration SOON = Duration.ofSeconds(90);

  private Testbed testbed;
  private HttpServer target;
  private PrometheusSource source;
  private final AtomicInteger scrapes = new AtomicInteger();
  private Supplier<byte[]> exposed = () -> new byte[0];
  private String contentType = "text/plain; version=0.0.4";

  @BeforeEach
  void open() throws Exception {
    target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    target.createContext(
        "/metrics",
        exchange -> {
          scrapes.incrementAndGet();
          byte[] body = exposed.get();
          exchange.getResponseHeaders().add("Content-Type", contentType);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    source = new PrometheusSource(PrometheusSettings.of(testbed.prometheus().uri()));
  }

  @AfterEach
  void close() {
    testbed.prometheus().stopScraping("real");
    source.close();
    target.stop(0);
  }

  private void scrape() {
    target.start();
    testbed
        .prometheus()
        .scrape("real", SECOND, List.of("127.0.0.1:" + target.getAddress().getPort()));
  }

  private List<Series> samples(String selector) {
    Answer<List<Series>> answer = source.samples(selector, Instant.now(), Duration.ofMinutes(2));
    assertThat(answer).isInstanceOf(Answer.Known.class);
    return ((Answer.Known<List<Series>>) answer).value();
  }

  /** Each scrape finds four more in a bucket of schema 3; from the fourth on schema 1. */
  @Test
  void nativeHistogram_isReadWithItsBuckets() {
    contentType = NativeExposition.CONTENT_TYPE;
    exposed =
        () -> {
          long n = scrapes.get();
          boolean fine = n < 4;
          TreeMap<Integer, Long> buckets = new TreeMap<>();
          buckets.put(fine ? 9 : 3, 3 * n);
          buckets.put(fine ? 10 : 4, n);
          return NativeExposition.of("native_ms", Map.of("pod", "a"), fine ? 3 : 1, buckets);
        };
    scrape();
    await().atMost(SOON).until(() -> histograms().size() >= 6);

    List<HistogramSample> seen = histograms();
    Spread first = seen.getFirst().spread();
    Spread last = seen.getLast().spread();
    assertThat(first.buckets())
        .extracting(Spread.Bucket::left)
        .containsExactly(StrictMath.pow(2, 1), StrictMath.pow(2, 1.125));
    assertThat(last.buckets())
        .extracting(Spread.Bucket::left)
        .containsExactly(StrictMath.pow(2, 1), StrictMath.pow(2, 1.5));
    assertThat(last.buckets().getFirst().count()).isEqualTo(3 * last.buckets().getLast().count());
    assertThat(source.instant("histogram_count(native_ms)", Instant.now()))
        .isInstanceOfSatisfying(
            Answer.Known.class, known -> assertThat((List<?>) known.value()).hasSize(1));
    assertThat(source.instant("native_ms", Instant.now())).isInstanceOf(Answer.Refused.class);
  }

  private List<HistogramSample> histograms() {
    return samples("native_ms").stream().flatMap(s -> s.histograms().stream()).toList();
  }

  /** Every scrape finds ten more requests of each pod; a third of the candidate's are bad. */
  @Test
  void pastRollout_isReadAndJudged() {
    exposed =
        () -> {
          long n = scrapes.get();
          return (counter("past-new-aa", "200", 7 * n)
                  + counter("past-new-aa", "503", 3 * n)
                  + counter("past-old-aa", "200", 10 * n)
                  + counter("past-old-bb", "200", 10 * n))
              .getBytes(StandardCharsets.UTF_8);
        };
    scrape();
    String pods = "istio_requests_total{destination_service_name=\"past\",response_code=\"200\"}";
    await().atMost(SOON).until(() -> times(pods).size() >= 25);

    List<Instant> times = times(pods);
    var subject =
        new PastRollout.Subject("shop", "past", "past-new-", Optional.empty(), Optional.empty());
    GateSettings settings =
        GateSettings.defaults().withIntervals(SECOND, SECOND).withWarmup(Duration.ZERO);
    PastRollout.Read read =
        new PastRollout(source, subject, times.get(1), times.getLast(), List.of())
            .read(BuiltInTemplates.http().metrics(), 0.01, settings);
    assertThat(read)
        .isInstanceOfSatisfying(
            PastRollout.Read.Complete.class,
            complete -> {
              assertThat(complete.record().difference()).isEmpty();
              var judge = complete.record().judge();
              complete
                  .record()
                  .entries()
                  .forEach(e -> {
                    if (e instanceof RolloutRecord.Shown(var shown)) {
                      judge.add(shown);
                    }
                  });
              assertThat(judge.verdict()).isInstanceOf(Verdict.Fail.class);
            });
  }

  private List<Instant> times(String selector) {
    List<Instant> times = new ArrayList<>();
    samples(selector).stream()
        .filter(s -> s.labels().getOrDefault("pod", "").equals("past-old-aa"))
        .forEach(s -> s.samples().stream().map(Sample::at).forEach(times::add));
    return times;
  }

  private static String counter(String pod, String code, long value) {
    return ("istio_requests_total{reporter=\"destination\",destination_service_namespace=\"shop\","
            + "destination_service_name=\"past\",response_code=\"%s\",pod=\"%s\"} %d\n")
        .formatted(code, pod, value);
  }
}
