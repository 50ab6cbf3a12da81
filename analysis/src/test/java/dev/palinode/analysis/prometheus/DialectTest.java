package dev.palinode.analysis.prometheus;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import dev.palinode.analysis.Answer;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.Series;
import dev.palinode.analysis.http.Credential;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is sent to each store that speaks the API in its own way, and what its answers mean. */
@Timeout(30)
class DialectTest {
  private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");
  private static final String EMPTY =
      "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}";

  @RegisterExtension
  static final WireMockExtension server =
      WireMockExtension.newInstance().options(wireMockConfig().dynamicPort()).build();

  private PrometheusSource source;

  private PrometheusSource open(Dialect dialect) {
    source =
        new PrometheusSource(
            new PrometheusSettings(
                    URI.create(server.baseUrl()),
                    Duration.ofSeconds(10),
                    1 << 20,
                    1,
                    Duration.ofMillis(1),
                    Duration.ofMinutes(1),
                    new Credential.Anonymous())
                .with(dialect));
    return source;
  }

  @AfterEach
  void close() {
    source.close();
  }

  private static void errs(int status, String type, String words) {
    server.stubFor(
        any(anyUrl())
            .willReturn(
                aResponse()
                    .withStatus(status)
                    .withBody(
                        "{\"status\":\"error\",\"errorType\":\"%s\",\"error\":\"%s\"}"
                            .formatted(type, words))));
  }

  private void askAll() {
    source.samples("x", AT, Duration.ofSeconds(60));
    source.instant("x", AT);
    source.range("x", AT.minusSeconds(60), AT, Duration.ofSeconds(30));
  }

  @Test
  void prometheusItself_isSentNothingMore() {
    server.stubFor(any(anyUrl()).willReturn(okJson(EMPTY)));
    open(Dialect.PROMETHEUS);
    askAll();
    for (String parameter : List.of("dedup", "partial_response", "nocache", "latency_offset")) {
      server.verify(3, postRequestedFor(anyUrl()).withFormParam(parameter, absent()));
    }
  }

  @Test
  void thanos_mergesReplicasAndHidesNoHole() {
    server.stubFor(any(anyUrl()).willReturn(okJson(EMPTY)));
    open(Dialect.THANOS);
    askAll();
    server.verify(
        3,
        postRequestedFor(anyUrl())
            .withFormParam("dedup", equalTo("true"))
            .withFormParam("partial_response", equalTo("false"))
            .withFormParam("max_source_resolution", equalTo("0s")));
  }

  @Test
  void victoriaMetrics_isAskedAboutTheMomentItself() {
    server.stubFor(any(anyUrl()).willReturn(okJson(EMPTY)));
    open(Dialect.VICTORIAMETRICS);
    askAll();
    server.verify(
        3,
        postRequestedFor(anyUrl())
            .withFormParam("nocache", equalTo("1"))
            .withFormParam("latency_offset", equalTo("1ms"))
            .withFormParam("deny_partial_response", equalTo("1")));
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void partialAnswer_isUnreadableFromWhomever(Dialect dialect) {
    open(dialect);
    for (String mark :
        List.of("\"warnings\":[\"No StoreAPIs matched for this query\"]", "\"isPartial\":true")) {
      server.stubFor(any(anyUrl()).willReturn(okJson(EMPTY.replaceFirst("\\{", "{" + mark + ","))));
      assertThat(source.samples("x", AT, Duration.ofSeconds(60)))
          .isInstanceOf(Answer.Unreadable.class);
    }
    server.stubFor(
        any(anyUrl()).willReturn(okJson(EMPTY.replaceFirst("\\{", "{\"isPartial\":false,"))));
    assertThat(source.samples("x", AT, Duration.ofSeconds(60))).isInstanceOf(Answer.Known.class);
  }

  /** A bad query is the template's fault for good; trouble of the store passes. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PROMETHEUS      | 422 | execution | many-to-many matching not allowed                     | true
          PROMETHEUS      | 422 | canceled  | query was canceled                                     | false
          THANOS          | 400 | bad_data  | 1:6: parse error: unclosed left parenthesis           | true
          THANOS          | 422 | execution | many-to-many matching not allowed                     | true
          THANOS          | 422 | execution | proxy Series(): rpc error: code = Aborted             | false
          THANOS          | 422 | execution | receive series from Addr: 10.0.0.7:10901: no such host | false
          MIMIR           | 400 | bad_data  | invalid parameter query: 1:6: parse error             | true
          MIMIR           | 422 | execution | multiple matches for labels                           | true
          MIMIR           | 422 | execution | the query exceeded the maximum number of chunks (limit: 2 chunks) (err-mimir-max-chunks-per-query) | false
          MIMIR           | 422 | execution | attempted to read series at index 0 from store-gateway chunks stream, but the stream has failed | false
          VICTORIAMETRICS | 422 | 422       | error when executing query: cannot parse query: unparsed data left | true
          VICTORIAMETRICS | 400 | 400       | unknown func 'rats'                                    | true
          VICTORIAMETRICS | 422 | 422       | cannot fetch data from vmstorage nodes: timeout        | false
          """)
  void error_isTheQuerysFaultOnlyIfItIs(
      Dialect dialect, int status, String type, String words, boolean refused) {
    open(dialect);
    errs(status, type, words);
    Answer<List<Sample>> answer = source.instant("x", AT);
    assertThat(answer).isInstanceOf(refused ? Answer.Refused.class : Answer.Unreadable.class);
    assertThat(answer.toString()).contains(words.substring(0, 10));
  }

  @Test
  void markersOfEndedSeries_areNoCountersOfVictoriaMetrics() {
    open(Dialect.VICTORIAMETRICS);
    server.stubFor(
        any(anyUrl())
            .willReturn(
                okJson(
                    EMPTY.replace(
                        "[]",
                        "[{\"metric\":{\"pod\":\"a\"},\"values\":[[1772366385,\"7\"],[1772366400,\"NaN\"]]},"
                            + "{\"metric\":{\"pod\":\"b\"},\"values\":[[1772366400,\"NaN\"]]}]"))));
    assertThat(source.samples("x", AT, Duration.ofSeconds(60)))
        .isEqualTo(
            new Answer.Known<>(
                List.of(
                    new Series(Map.of("pod", "a"), List.of(new Sample(AT.minusSeconds(15), 7))))));
  }

  @Test
  void bucketsOfVictoriaMetricsOwnKind_areRefusedWithAWayOut() {
    open(Dialect.VICTORIAMETRICS);
    server.stubFor(
        any(anyUrl())
            .willReturn(
                okJson(
                    EMPTY.replace(
                        "[]",
                        "[{\"metric\":{\"vmrange\":\"1.0e+01...1.1e+01\"},\"values\":[[1772366385,\"7\"]]}]"))));
    assertThat(source.samples("x_bucket", AT, Duration.ofSeconds(60)))
        .isInstanceOfSatisfying(
            Answer.Refused.class, a -> assertThat(a.reason()).contains("vmrange", "label le"));
  }
}
