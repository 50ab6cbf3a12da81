package dev.palinode.analysis.prometheus;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import dev.palinode.analysis.Arms;
import dev.palinode.analysis.Gate;
import dev.palinode.analysis.GateSettings;
import dev.palinode.analysis.HistogramSample;
import dev.palinode.analysis.MetricSource;
import dev.palinode.analysis.MetricSourceContract;
import dev.palinode.analysis.Reading;
import dev.palinode.analysis.Recorder;
import dev.palinode.analysis.RouteWeight;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.Series;
import dev.palinode.analysis.Spread;
import dev.palinode.analysis.Verdict;
import dev.palinode.analysis.record.RecordWriter;
import dev.palinode.analysis.record.RolloutRecord;
import dev.palinode.crds.AnalysisTemplateSpec.Margin;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Native histograms from the wire to the verdict: 60 requests per scrape and pod, in ms. */
class NativeHistogramTest {
  private static final Instant T0 = Instant.parse("2026-03-01T12:00:00Z");
  private static final int SCRAPE = 5;
  private static final int LAST = 900;

  /** Observations are remembered in buckets of schema 5 and shown in coarser ones. */
  private static final int FINE = 5;

  private static final String NAME = "istio_request_duration_milliseconds";
  private static final String CANDIDATE = "checkout-7f9c2d41-aa";
  private static final Arms ARMS =
      new Arms(
          "shop",
          "checkout",
          "7f9c2d41",
          "checkout-7f9c2d41-",
          List.of(CANDIDATE),
          List.of("checkout-55d6-aa", "checkout-55d6-bb"));
  private static final GateSettings SETTINGS =
      GateSettings.defaults().withIntervals(Duration.ofSeconds(SCRAPE), Duration.ofSeconds(SCRAPE));
  private static final List<Metric> METRICS =
      List.of(
          new Metric(
              "latency",
              null,
              NAME + "{reporter=\"destination\"}",
              null,
              null,
              new Margin(1.1, null),
              null,
              null,
              null,
              0,
              true));

  private final List<AutoCloseable> open = new ArrayList<>();
  private final SplittableRandom random = new SplittableRandom(7);

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private static Map<String, String> labels(String pod) {
    Map<String, String> labels = new HashMap<>();
    labels.put("__name__", NAME);
    labels.put("reporter", "destination");
    labels.put("destination_service_namespace", "shop");
    labels.put("destination_service_name", "checkout");
    labels.put("response_code", "200");
    labels.put("instance", pod + ":15020");
    labels.put("pod", pod);
    return labels;
  }

  /** Lognormal around 50 ms; each takes {@code factor} times as long; anew from {@code restart}. */
  private Series pod(String pod, IntToDoubleFunction factor, IntUnaryOperator schema, int restart) {
    List<HistogramSample> samples = new ArrayList<>();
    TreeMap<Integer, Long> counts = new TreeMap<>();
    for (int s = pod.equals(CANDIDATE) ? SCRAPE : -60; s <= LAST; s += SCRAPE) {
      if (s == restart) {
        counts.clear();
      }
      for (int i = 0; i < 60; i++) {
        double latency = 50 * Math.exp(0.8 * random.nextGaussian()) * factor.applyAsDouble(s);
        double octaves = Math.log(latency) / Math.log(2);
        counts.merge((int) Math.ceil(octaves * (1 << FINE)), 1L, Long::sum);
      }
      samples.add(new HistogramSample(T0.plusSeconds(s), shown(counts, schema.applyAsInt(s))));
    }
    return new Series(labels(pod), List.of(), samples);
  }

  private static Spread shown(Map<Integer, Long> counts, int schema) {
    TreeMap<Integer, Long> coarse = new TreeMap<>();
    counts.forEach((i, n) -> coarse.merge(Math.ceilDiv(i, 1 << (FINE - schema)), n, Long::sum));
    List<Spread.Bucket> buckets = new ArrayList<>();
    double growth = Math.pow(2, -schema);
    coarse.forEach((i, n) ->
        buckets.add(new Spread.Bucket(Math.pow(2, (i - 1) * growth), Math.pow(2, i * growth), n)));
    return Spread.of(buckets);
  }

  private List<Series> stored(IntToDoubleFunction factor, IntUnaryOperator schema) {
    List<Series> all = new ArrayList<>();
    all.add(pod(CANDIDATE, factor, schema, LAST + 1));
    ARMS.stablePods().forEach(p -> all.add(pod(p, _ -> 1, _ -> 3, LAST + 1)));
    return all;
  }

  private MetricSource over(List<Series> stored) {
    var server =
        new WireMockServer(
            wireMockConfig()
                .dynamicPort()
                .extensions(new SmallPrometheus(MetricSourceContract.inMemory(stored, List.of()))));
    server.start();
    open.add(server::stop);
    server.stubFor(any(anyUrl()).willReturn(ok()));
    var source = new PrometheusSource(PrometheusSettings.of(URI.create(server.baseUrl())));
    open.add(source);
    return source;
  }

  private static Gate gate(Recorder recorder) {
    return new Gate(METRICS, 0.01, T0, SETTINGS, recorder);
  }

  private static Reading look(Gate gate, MetricSource source, int second) {
    return gate.look(source, ARMS, RouteWeight.told(T0), T0.plusSeconds(second));
  }

  private Verdict verdict(List<Series> stored) {
    return look(gate(Recorder.NONE), over(stored), LAST).verdict();
  }

  @Test
  void slowRelease_failsWithItsQuantiles() {
    Verdict verdict = verdict(stored(_ -> 1.5, _ -> 3));
    assertThat(verdict).isInstanceOf(Verdict.Fail.class);
    assertThat(verdict.evidence().observed()).startsWith("p99 ").endsWith(" ms");
    assertThat(verdict.evidence().reason())
        .contains("slower than stable's by more than 1.1 times", "p50");
  }

  @Test
  void equalRelease_passes() {
    assertThat(verdict(stored(_ -> 1, _ -> 3))).isInstanceOf(Verdict.Pass.class);
  }

  /** Two releases whose libraries choose other buckets. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 4, 5})
  void otherSchemaOnTheCandidate_isComparedOnCommonBuckets(int schema) {
    assertThat(verdict(stored(_ -> 1, _ -> schema))).isInstanceOf(Verdict.Pass.class);
    assertThat(verdict(stored(_ -> 2, _ -> schema))).isInstanceOf(Verdict.Fail.class);
  }

  /** Too many buckets, and a library makes them wider in the middle of its life. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void schemaThatGetsCoarser_goesOnWithTheEvidence(int later) {
    IntUnaryOperator schema = s -> s < 240 ? 3 : later;
    assertThat(verdict(stored(_ -> 1, schema))).isInstanceOf(Verdict.Pass.class);
    assertThat(verdict(stored(_ -> 2, schema))).isInstanceOf(Verdict.Fail.class);
    assertThat(verdict(stored(s -> s < 240 ? 1 : 2, schema))).isInstanceOf(Verdict.Fail.class);
  }

  @Test
  void bucketsThatGetTooWide_areInvalid() {
    Verdict verdict = verdict(stored(_ -> 1, s -> s < 180 ? 3 : -4));
    assertThat(verdict).isInstanceOf(Verdict.Invalid.class);
    assertThat(verdict.evidence().reason()).contains("too wide to compare", "bucket factor");
  }

  @Test
  void restartedPod_isCountedFromZero() {
    List<Series> all = new ArrayList<>();
    all.add(pod(CANDIDATE, _ -> 1, _ -> 3, 200));
    ARMS.stablePods().forEach(p -> all.add(pod(p, _ -> 1, _ -> 3, 300)));
    Verdict verdict = verdict(all);
    assertThat(verdict).isInstanceOf(Verdict.Pass.class);
    assertThat(verdict.evidence().requests())
        .as("every scrape's 60 requests after the warm-up, the one that was cut included")
        .isEqualTo(verdict(stored(_ -> 1, _ -> 3)).evidence().requests());
  }

  @Test
  void plainCountersUnderTheName_areInvalid() {
    List<Series> plain = new ArrayList<>();
    for (Series series : stored(_ -> 1, _ -> 3)) {
      plain.add(
          new Series(
              series.labels(),
              series.histograms().stream()
                  .map(h -> new Sample(h.at(), h.spread().buckets().getFirst().count()))
                  .toList()));
    }
    Verdict verdict = verdict(plain);
    assertThat(verdict).isInstanceOf(Verdict.Invalid.class);
    assertThat(verdict.evidence().reason()).contains("_bucket");
  }

  @Test
  void nothingUnderTheName_isInconclusive() {
    assertThat(verdict(List.of())).isInstanceOf(Verdict.Inconclusive.class);
  }

  @Test
  void recordOfIt_isJudgedAgainToTheSameBit() {
    StringBuilder lines = new StringBuilder();
    look(gate(new RecordWriter(lines)), over(stored(_ -> 1.3, s -> s < 240 ? 3 : 1)), LAST);
    RolloutRecord record = RolloutRecord.read(lines.toString().lines());
    assertThat(lines.toString()).contains("candidateSpread");
    assertThat(record.difference()).isEmpty();
  }

  @Test
  void gateThatGoesOnFromItsState_saysTheSame() {
    MetricSource source = over(stored(_ -> 1.3, s -> s < 200 ? 3 : 1));
    Gate first = gate(Recorder.NONE);
    String state = look(first, source, 260).state().orElseThrow();
    Gate second = Gate.resume(state, METRICS, 0.01, T0, SETTINGS, Recorder.NONE).orElseThrow();
    assertThat(look(second, source, LAST)).isEqualTo(look(first, source, LAST));
  }
}
