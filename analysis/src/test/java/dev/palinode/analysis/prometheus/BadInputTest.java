package dev.palinode.analysis.prometheus;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import dev.palinode.analysis.Arms;
import dev.palinode.analysis.BuiltInTemplates;
import dev.palinode.analysis.Gate;
import dev.palinode.analysis.GateSettings;
import dev.palinode.analysis.MetricSourceContract;
import dev.palinode.analysis.Reading;
import dev.palinode.analysis.RouteWeight;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.Series;
import dev.palinode.analysis.Verdict;
import dev.palinode.analysis.http.Credential;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From the wire to the verdict: whatever a store sends, nothing fails or passes by accident. */
class BadInputTest {
  private static final Instant T0 = Instant.parse("2026-03-01T12:00:00Z");
  private static final String CANDIDATE = "checkout-7f9c2d41-aa";
  private static final Arms ARMS =
      new Arms(
          "shop",
          "checkout",
          "7f9c2d41",
          "checkout-7f9c2d41-",
          List.of(CANDIDATE),
          List.of("checkout-55d6-aa", "checkout-55d6-bb"));
  private static final int LAST = 180;

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  /** One counter, scraped every five seconds from a minute before to three after the start. */
  private static Series counter(String pod, String code, int skew, IntToDoubleFunction perSecond) {
    List<Sample> samples = new ArrayList<>();
    for (int s = pod.equals(CANDIDATE) ? 5 : -60; s <= LAST; s += 5) {
      samples.add(new Sample(T0.plusSeconds(s + skew), perSecond.applyAsDouble(s)));
    }
    Map<String, String> labels = new HashMap<>();
    labels.put("__name__", "istio_requests_total");
    labels.put("reporter", "destination");
    labels.put("destination_service_namespace", "shop");
    labels.put("destination_service_name", "checkout");
    labels.put("response_code", code);
    labels.put("instance", pod + ":15020");
    labels.put("pod", pod);
    return new Series(labels, samples);
  }

  /** 20 requests/s on the candidate, 60 on each stable pod, without any error. */
  private static List<Series> healthy(int skew) {
    List<Series> all = new ArrayList<>();
    all.add(counter(CANDIDATE, "200", skew, s -> 20 * s));
    ARMS.stablePods().forEach(p -> all.add(counter(p, "200", 0, s -> 60 * (s + 60))));
    return all;
  }

  private static List<Series> healthyAnd(Series more) {
    List<Series> all = new ArrayList<>(healthy(0));
    all.add(more);
    return all;
  }

  private Reading judged(List<Series> stored) {
    var server =
        new WireMockServer(
            wireMockConfig()
                .dynamicPort()
                .extensions(new SmallPrometheus(MetricSourceContract.inMemory(stored, List.of()))));
    server.start();
    open.add(server::stop);
    server.stubFor(any(anyUrl()).willReturn(ok()));
    return look(server, 64L << 20, Duration.ofSeconds(30));
  }

  private Reading answered(ResponseDefinitionBuilder response, long maxBytes) {
    return answered(response, maxBytes, Duration.ofSeconds(30));
  }

  private Reading answered(ResponseDefinitionBuilder response, long maxBytes, Duration deadline) {
    var server = new WireMockServer(wireMockConfig().dynamicPort());
    server.start();
    open.add(server::stop);
    server.stubFor(any(anyUrl()).willReturn(response));
    return look(server, maxBytes, deadline);
  }

  private Reading look(WireMockServer server, long maxBytes, Duration deadline) {
    var source =
        new PrometheusSource(
            new PrometheusSettings(
                URI.create(server.baseUrl()),
                deadline,
                maxBytes,
                1,
                Duration.ofMillis(1),
                Duration.ofMinutes(1),
                new Credential.Anonymous()));
    open.add(source);
    Duration scrape = Duration.ofSeconds(5);
    Gate gate =
        new Gate(
            BuiltInTemplates.http().metrics(),
            0.01,
            T0,
            GateSettings.defaults().withIntervals(scrape, scrape));
    return gate.look(source, ARMS, RouteWeight.told(T0), T0.plusSeconds(LAST));
  }

  private static void isInvalid(Reading reading, String words) {
    assertThat(reading.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(reading.verdict().evidence().reason()).contains(words);
  }

  private static void isUnreadable(Reading reading, String words) {
    assertThat(reading.unreadable()).get().asString().contains(words);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(reading.upTo()).isEqualTo(T0);
  }

  @Test
  void goodInput_passesAndFailsAsItShould() {
    assertThat(judged(healthy(0)).verdict()).isInstanceOf(Verdict.Pass.class);
    assertThat(judged(healthyAnd(counter(CANDIDATE, "503", 0, s -> 4 * s))).verdict())
        .isInstanceOf(Verdict.Fail.class);
  }

  @Test
  void emptyAnswer_isInconclusive() {
    assertThat(judged(List.of()).verdict()).isInstanceOf(Verdict.Inconclusive.class);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -5})
  void impossibleCounter_isInvalid(double value) {
    isInvalid(
        judged(healthyAnd(counter(CANDIDATE, "503", 0, s -> s == 90 ? value : 0))), "the counter");
  }

  /** There before the candidate was served, so that its first value is a base. */
  @Test
  void fallingCounter_isInvalid() {
    Map<String, String> labels = counter(CANDIDATE, "503", 0, s -> s).labels();
    List<Sample> falling = counter("checkout-55d6-aa", "503", 0, s -> 10_000 - 9 * s).samples();
    isInvalid(judged(healthyAnd(new Series(labels, falling))), "keeps falling");
  }

  @Test
  void seriesSentTwice_isInvalid() {
    Series once = counter(CANDIDATE, "503", 0, s -> 4 * s);
    List<Series> all = healthyAnd(once);
    all.add(new Series(once.labels(), counter(CANDIDATE, "503", 0, s -> 9 * s).samples()));
    isInvalid(judged(all), "two series with the same labels");
  }

  @Test
  void candidateWithoutItsLabel_isInconclusive() {
    List<Series> all = new ArrayList<>();
    for (Series series : healthyAnd(counter(CANDIDATE, "503", 0, s -> 4 * s))) {
      Map<String, String> labels = new HashMap<>(series.labels());
      labels.remove("pod", CANDIDATE);
      all.add(new Series(labels, series.samples()));
    }
    assertThat(judged(all).verdict()).isInstanceOf(Verdict.Inconclusive.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {-40, -7, 7, 40})
  void clocksThatDiffer_blameNobody(int skew) {
    Reading reading = judged(healthy(skew));
    assertThat(reading.verdict()).isNotInstanceOf(Verdict.Fail.class);
    assertThat(reading.unreadable()).isEmpty();
  }

  @Test
  void answerOfMillions_isNotRead() {
    isUnreadable(answered(ok("x".repeat(300_000)), 100_000), "larger than");
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 500, 503})
  void errorStatus_isUnreadable(int status) {
    isUnreadable(answered(aResponse().withStatus(status).withBody("no"), 1 << 20), "" + status);
  }

  @Test
  void hang_isUnreadable() {
    isUnreadable(
        answered(ok().withFixedDelay(20_000), 1 << 20, Duration.ofMillis(300)), "no answer within");
  }

  @Test
  void cutAnswer_isUnreadable() {
    isUnreadable(answered(ok("{\"status\":\"success\",\"data\":{\"resul"), 1 << 20), "cut off");
    isUnreadable(
        answered(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER), 1 << 20), "reached");
  }

  @Test
  void warning_isUnreadable() {
    isUnreadable(
        answered(
            ok(
                "{\"status\":\"success\",\"warnings\":[\"a shard is down\"],"
                    + "\"data\":{\"resultType\":\"matrix\",\"result\":[]}}"),
            1 << 20),
        "a shard is down");
  }
}
