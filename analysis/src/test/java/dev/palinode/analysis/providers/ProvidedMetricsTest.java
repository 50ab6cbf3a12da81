package dev.palinode.analysis.providers;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static dev.palinode.analysis.providers.ProviderContract.ARMS;
import static dev.palinode.analysis.providers.ProviderContract.AT;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import dev.palinode.analysis.Answer;
import dev.palinode.analysis.Gate;
import dev.palinode.analysis.GateSettings;
import dev.palinode.analysis.MetricSource;
import dev.palinode.analysis.Reading;
import dev.palinode.analysis.Recorder;
import dev.palinode.analysis.RouteWeight;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.Series;
import dev.palinode.analysis.Verdict;
import dev.palinode.analysis.http.Asker.Patience;
import dev.palinode.analysis.http.AskingListener;
import dev.palinode.analysis.record.RecordWriter;
import dev.palinode.analysis.record.RolloutRecord;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Range;
import dev.palinode.crds.AnalysisTemplateSpec.Ratio;
import dev.palinode.crds.MetricProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** From a provider's answers to the verdict, while Prometheus knows nothing. */
@Timeout(60)
class ProvidedMetricsTest {
  private static final Duration SCRAPE = Duration.ofSeconds(5);

  @RegisterExtension
  static final WireMockExtension server =
      WireMockExtension.newInstance().options(wireMockConfig().dynamicPort()).build();

  private final HttpProviders providers =
      new HttpProviders(
          new Patience(
              Duration.ofSeconds(5), 1 << 20, 1, Duration.ofMillis(1), Duration.ofMillis(1)),
          Token.NONE,
          AskingListener.NONE);

  /** A store without a single series. */
  private final MetricSource empty =
      new MetricSource() {
        @Override
        public Answer<List<Series>> samples(String selector, Instant end, Duration window) {
          return new Answer.Known<>(List.of());
        }

        @Override
        public Answer<List<Sample>> instant(String query, Instant at) {
          throw new AssertionError("the metric store is not asked for " + query);
        }
      };

  @AfterEach
  void close() {
    providers.close();
  }

  private static MetricProvider webhook() {
    return new MetricProvider(new MetricProvider.Webhook(server.baseUrl()), null);
  }

  private static MetricProvider graphite() {
    return new MetricProvider(null, new MetricProvider.Graphite(server.baseUrl()));
  }

  private static Metric metric(
      Ratio ratio, String gauge, String query, Range range, MetricProvider provider) {
    return new Metric(
        "orders", ratio, null, gauge, gauge, null, null, query, range, 0, true, null, null, null,
        null, provider);
  }

  private static Metric ratio() {
    return metric(new Ratio("refused", "tried"), null, null, null, webhook());
  }

  private Reading look(Gate gate, int second) {
    return gate.look(
        empty, providers.about("shop"), ARMS, RouteWeight.told(AT), AT.plusSeconds(second));
  }

  private static Gate gate(Metric metric, Recorder recorder) {
    GateSettings settings =
        GateSettings.defaults().withIntervals(SCRAPE, SCRAPE).withWarmup(Duration.ZERO);
    return new Gate(List.of(metric), 0.01, AT, settings, recorder);
  }

  private static void counts(String arm, int bad, int total) {
    server.stubFor(
        any(anyUrl())
            .withRequestBody(matchingJsonPath("$[?(@.arm == '" + arm + "')]"))
            .willReturn(okJson("{\"bad\":%d,\"total\":%d}".formatted(bad, total))));
  }

  @Test
  void badCounts_failTheRelease() {
    counts("candidate", 10, 100);
    counts("stable", 1, 300);
    Reading reading = look(gate(ratio(), Recorder.NONE), 120);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Fail.class);
    assertThat(reading.verdict().evidence().metric()).isEqualTo("orders");
  }

  @Test
  void goodCounts_passAndAreAskedForOnce() {
    counts("candidate", 0, 300);
    counts("stable", 0, 900);
    StringBuilder lines = new StringBuilder();
    Gate gate = gate(ratio(), new RecordWriter(lines));
    look(gate, 60);
    assertThat(look(gate, 180).verdict()).isInstanceOf(Verdict.Pass.class);
    long windows = lines.toString().lines().filter(l -> l.startsWith("{\"window\"")).count();
    server.verify((int) (2 * windows), anyRequestedFor(anyUrl()));
    RolloutRecord record = RolloutRecord.read(lines.toString().lines());
    assertThat(record.difference()).isEmpty();
  }

  @Test
  void troubleAtTheWebhook_waitsAndLosesNothing() {
    counts("candidate", 10, 100);
    Gate gate = gate(ratio(), Recorder.NONE);
    for (var trouble :
        List.of(
            aResponse().withStatus(503),
            okJson("{\"bad\":"),
            okJson("{}"),
            aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER))) {
      server.stubFor(
          any(anyUrl())
              .withRequestBody(matchingJsonPath("$[?(@.arm == 'stable')]"))
              .willReturn(trouble));
      Reading reading = look(gate, 120);
      assertThat(reading.unreadable()).isPresent();
      assertThat(reading.verdict()).isInstanceOf(Verdict.Inconclusive.class);
      assertThat(reading.upTo()).isEqualTo(AT);
    }
    counts("stable", 1, 300);
    assertThat(look(gate, 120).verdict()).isInstanceOf(Verdict.Fail.class);
  }

  @Test
  void nonsenseAndNoCounts_areInvalid() {
    counts("candidate", 10, 4);
    counts("stable", 1, 300);
    assertThat(look(gate(ratio(), Recorder.NONE), 120).verdict())
        .isInstanceOf(Verdict.Invalid.class);
    server.stubFor(any(anyUrl()).willReturn(okJson("{\"bad\":null,\"total\":null}")));
    Reading reading = look(gate(ratio(), Recorder.NONE), 120);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(reading.verdict().evidence().reason()).contains("no counts of the candidate");
  }

  @Test
  void valueOutsideItsRange_fails() {
    server.stubFor(any(anyUrl()).willReturn(okJson("{\"value\":3}")));
    Metric metric = metric(null, null, "orders a minute", new Range(5.0, null), webhook());
    assertThat(look(gate(metric, Recorder.NONE), 60).verdict()).isInstanceOf(Verdict.Fail.class);
    server.stubFor(any(anyUrl()).willReturn(okJson("{\"value\":7}")));
    assertThat(look(gate(metric, Recorder.NONE), 60).verdict()).isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void noValue_neitherFailsNorPasses() {
    Metric metric = metric(null, null, "orders a minute", new Range(5.0, null), webhook());
    for (String body : List.of("{\"value\":null}", "{\"value\":\"NaN\"}", "{}", "<html>")) {
      server.stubFor(any(anyUrl()).willReturn(okJson(body)));
      assertThat(look(gate(metric, Recorder.NONE), 60).verdict())
          .isInstanceOf(Verdict.Inconclusive.class);
    }
  }

  @Test
  void gaugeOfGraphite_asksForBothArms() {
    server.stubFor(
        any(anyUrl())
            .willReturn(
                okJson(
                    "[{\"target\":\"x\",\"datapoints\":[[3,%d]]}]"
                        .formatted(AT.getEpochSecond() + 10))));
    Metric metric = metric(null, "pods.{{candidate.pods}}.depth", null, null, graphite());
    Reading reading = look(gate(metric, Recorder.NONE), 60);
    assertThat(reading.unreadable()).isEmpty();
    assertThat(reading.verdict()).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(reading.verdict().evidence().observed()).isNotEmpty();
    server.verify(
        WireMock.moreThanOrExactly(20), anyRequestedFor(WireMock.urlPathEqualTo("/render")));
  }

  @Test
  void gateWithoutProviders_saysSo() {
    Reading reading =
        gate(ratio(), Recorder.NONE).look(empty, ARMS, RouteWeight.told(AT), AT.plusSeconds(120));
    assertThat(reading.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(reading.verdict().evidence().reason()).contains("no providers here");
  }
}
