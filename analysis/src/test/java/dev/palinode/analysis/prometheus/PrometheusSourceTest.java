package dev.palinode.analysis.prometheus;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import dev.palinode.analysis.Answer;
import dev.palinode.analysis.HistogramSample;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.Series;
import dev.palinode.analysis.Spread;
import dev.palinode.analysis.http.Credential;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class PrometheusSourceTest {
  private static final Instant AT = Instant.parse("2026-03-01T12:00:00.250Z");
  private static final String ONE =
      """
      {"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1772366400.25,"4.5"]}]}}\
      """;

  @RegisterExtension
  static final WireMockExtension server =
      WireMockExtension.newInstance().options(wireMockConfig().dynamicPort()).build();

  private PrometheusSource source;

  @BeforeEach
  void open() {
    source = source(Duration.ofSeconds(10), 1 << 20, new Credential.Anonymous());
  }

  private static PrometheusSource source(Duration deadline, long maxBytes, Credential credential) {
    return new PrometheusSource(
        new PrometheusSettings(
            URI.create(server.baseUrl()),
            deadline,
            maxBytes,
            2,
            Duration.ofMillis(1),
            Duration.ofMinutes(1),
            credential));
  }

  private void impatient() {
    source.close();
    source = source(Duration.ofMillis(300), 1 << 20, new Credential.Anonymous());
  }

  @AfterEach
  void close() {
    source.close();
  }

  private static void answers(ResponseDefinitionBuilder response) {
    server.stubFor(any(anyUrl()).willReturn(response));
  }

  private String unreadable() {
    Answer<List<Sample>> answer = source.instant("sum(x)", AT);
    assertThat(answer).isInstanceOf(Answer.Unreadable.class);
    return ((Answer.Unreadable<List<Sample>>) answer).reason();
  }

  private String refused() {
    Answer<List<Sample>> answer = source.instant("sum(x", AT);
    assertThat(answer).isInstanceOf(Answer.Refused.class);
    return ((Answer.Refused<List<Sample>>) answer).reason();
  }

  @Test
  void question_isPostedWithItsMoment() {
    answers(okJson(ONE));
    assertThat(source.instant("sum(x{a=\"b&c\"})", AT))
        .isEqualTo(new Answer.Known<>(List.of(new Sample(AT, 4.5))));
    server.verify(
        postRequestedFor(urlEqualTo("/api/v1/query"))
            .withFormParam("query", equalTo("sum(x{a=\"b&c\"})"))
            .withFormParam("time", equalTo("1772366400.250")));
  }

  @Test
  void rawSamples_areAskedForAsARange() {
    answers(
        okJson(
            """
            {"status":"success","infos":["x"],"data":{"resultType":"matrix","result":[
              {"metric":{"pod":"a"},"values":[[1772366395.25,"7"],[1772366400.25,"9"]]}]}}\
            """));
    assertThat(source.samples("x{a=\"b\"}", AT, Duration.ofSeconds(90)))
        .isEqualTo(
            new Answer.Known<>(
                List.of(
                    new Series(
                        Map.of("pod", "a"),
                        List.of(new Sample(AT.minusSeconds(5), 7), new Sample(AT, 9))))));
    server.verify(
        postRequestedFor(anyUrl()).withFormParam("query", equalTo("x{a=\"b\"}[90000ms]")));
  }

  /** As the HTTP API's documentation has it; the two buckets of a coarse and a fine schema. */
  @Test
  void nativeHistograms_areReadAsWhatLiesWhere() {
    answers(
        okJson(
            """
            {"status":"success","data":{"resultType":"matrix","result":[
              {"metric":{"pod":"a"},"histograms":[
                [1772366395.25,{"count":"0","sum":"0"}],
                [1772366400.25,{"count":"6","sum":"21.5","buckets":[
                  [3,"-2.938735877055719e-39","2.938735877055719e-39","1"],
                  [0,"1","1.189207115002721","2"],[0,"4","8","3"]]}]]}]}}\
            """));
    Spread seen =
        Spread.of(
            List.of(
                new Spread.Bucket(0, Math.pow(2, -128), 1),
                new Spread.Bucket(1, Math.pow(2, 0.25), 2),
                new Spread.Bucket(4, 8, 3)));
    assertThat(source.samples("x", AT, Duration.ofSeconds(90)))
        .isEqualTo(
            new Answer.Known<>(
                List.of(
                    new Series(
                        Map.of("pod", "a"),
                        List.of(),
                        List.of(
                            new HistogramSample(AT.minusSeconds(5), Spread.NOTHING),
                            new HistogramSample(AT, seen))))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[[0,\"1\",\"2\"]]",
        "[[0,1,2,3]]",
        "[[0,\"2\",\"1\",\"3\"]]",
        "[[0,\"1\",\"2\",\"-3\"]]",
        "[[0,\"1\",\"2\",\"NaN\"]]",
        "[[0,\"1\",\"4\",\"1\"],[0,\"2\",\"8\",\"1\"]]",
        "[[1,\"-2\",\"-1\",\"3\"]]"
      })
  void nativeHistogramThatIsNone_isUnreadable(String buckets) {
    answers(
        okJson(
            """
            {"status":"success","data":{"resultType":"matrix","result":[
              {"metric":{},"histograms":[[1772366400,{"count":"6","sum":"1","buckets":%s}]]}]}}\
            """
                .formatted(buckets)));
    assertThat(source.samples("x", AT, Duration.ofSeconds(90)))
        .isInstanceOfSatisfying(
            Answer.Unreadable.class, a -> assertThat(a.reason()).contains("histogram"));
  }

  @Test
  void expressionOfNativeHistograms_isRefusedWithAWayOut() {
    answers(
        okJson(
            """
            {"status":"success","data":{"resultType":"vector","result":[
              {"metric":{},"histogram":[1772366400.25,{"count":"2","sum":"1","buckets":[
                [0,"1","2","2"]]}]}]}}\
            """));
    assertThat(refused()).contains("histogram_quantile");
  }

  @Test
  void past_isAskedForAsARangeOfSteps() {
    answers(
        okJson(
            """
            {"status":"success","data":{"resultType":"matrix","result":[
              {"metric":{"pod":"a"},"values":[[1772366340.25,"7"],[1772366400.25,"9"]]}]}}\
            """));
    assertThat(source.range("sum by (pod) (x)", AT.minusSeconds(60), AT, Duration.ofMinutes(1)))
        .isEqualTo(
            new Answer.Known<>(
                List.of(
                    new Series(
                        Map.of("pod", "a"),
                        List.of(new Sample(AT.minusSeconds(60), 7), new Sample(AT, 9))))));
    server.verify(
        postRequestedFor(urlEqualTo("/api/v1/query_range"))
            .withFormParam("query", equalTo("sum by (pod) (x)"))
            .withFormParam("start", equalTo("1772366340.250"))
            .withFormParam("end", equalTo("1772366400.250"))
            .withFormParam("step", equalTo("60.000")));
  }

  @Test
  void scalarAndOddNumbers_areRead() {
    for (String text : List.of("NaN", "+Inf", "-Inf", "1e-7")) {
      answers(
          okJson(
              "{\"status\":\"success\",\"data\":{\"result\":[1772366400.25,\"%s\"],\"resultType\":\"scalar\"}}"
                  .formatted(text)));
      double value =
          switch (text) {
            case "NaN" -> Double.NaN;
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> 1e-7;
          };
      assertThat(source.instant("x", AT))
          .isEqualTo(new Answer.Known<>(List.of(new Sample(AT, value))));
    }
  }

  @Test
  void emptyResult_isKnownToBeEmpty() {
    answers(okJson("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}"));
    assertThat(source.instant("x", AT)).isEqualTo(new Answer.Known<>(List.of()));
  }

  @Test
  void badQuery_isRefusedInPrometheussWords() {
    answers(
        aResponse()
            .withStatus(400)
            .withBody(
                """
                {"status":"error","errorType":"bad_data","error":"1:6: parse error: unclosed left parenthesis"}\
                """));
    assertThat(refused())
        .contains("1:6: parse error: unclosed left parenthesis")
        .contains("AnalysisTemplate");
  }

  @Test
  void failingQuery_isRefused() {
    answers(
        aResponse()
            .withStatus(422)
            .withBody(
                "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"many-to-many"
                    + " matching\"}"));
    assertThat(refused()).contains("many-to-many matching");
  }

  @Test
  void rangeAsExpression_isRefused() {
    answers(okJson("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}"));
    assertThat(refused()).contains("make it one number");
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 429})
  void troubledServer_isAskedTwiceThenUnreadable(int status) {
    answers(aResponse().withStatus(status).withBody("oops"));
    assertThat(unreadable()).contains("answered " + status);
    server.verify(2, postRequestedFor(anyUrl()));
  }

  @Test
  void passingTrouble_isBridged() {
    server.stubFor(
        any(anyUrl())
            .inScenario("once")
            .whenScenarioStateIs(Scenario.STARTED)
            .willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER))
            .willSetStateTo("well"));
    server.stubFor(
        any(anyUrl()).inScenario("once").whenScenarioStateIs("well").willReturn(okJson(ONE)));
    assertThat(source.instant("x", AT)).isInstanceOf(Answer.Known.class);
  }

  @Test
  void hangingServer_isGivenUpAtTheDeadline() {
    impatient();
    answers(okJson(ONE).withFixedDelay(20_000));
    assertThat(unreadable()).contains("no answer within 0.3 s");
  }

  @Test
  void dribblingBody_isGivenUpAtTheDeadline() {
    impatient();
    answers(okJson(ONE).withChunkedDribbleDelay(20, 20_000));
    assertThat(unreadable()).contains("no answer within 0.3 s");
  }

  @Test
  void hugeAnswer_isNotRead() {
    source.close();
    source = source(Duration.ofSeconds(10), 1_000, new Credential.Anonymous());
    answers(okJson(ONE + " ".repeat(5_000)));
    assertThat(unreadable()).contains("larger than");
    server.verify(1, postRequestedFor(anyUrl()));
  }

  @Test
  void truncatedAnswer_isUnreadable() {
    answers(okJson(ONE.substring(0, ONE.length() - 12)));
    assertThat(unreadable()).contains("cut off");
  }

  @Test
  void brokenTransfer_isUnreadable() {
    answers(aResponse().withFault(Fault.MALFORMED_RESPONSE_CHUNK));
    assertThat(unreadable()).contains("cannot be reached");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "<html>hello</html>",
        "{\"status\":\"success\"}",
        "{\"status\":\"success\",\"data\":null}",
        "{\"status\":\"fine\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{},\"value\":[1,2]}]}}",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{},\"value\":[1,\"x\"]}]}}",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{},\"histogram\":[]}]}}",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{}}]}}",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{},\"histogram\":[1,{\"sum\":\"1\"}]}]}}",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}} {}"
      })
  void whatPrometheusDoesNotSend_isUnreadable(String body) {
    answers(okJson(body));
    assertThat(unreadable()).isNotBlank();
  }

  @Test
  void incompleteAnswer_isUnreadable() {
    answers(okJson(ONE.replaceFirst("\\{", "{\"warnings\":[\"store x is down\"],")));
    assertThat(unreadable()).contains("incomplete", "store x is down");
  }

  @Test
  void otherServer_isUnreadable() {
    answers(aResponse().withStatus(404).withBody("not here"));
    assertThat(unreadable()).contains("404", "is this the url of a Prometheus?");
  }

  @Test
  void redirect_isNotFollowed() {
    answers(aResponse().withStatus(302).withHeader("Location", server.baseUrl() + "/elsewhere"));
    assertThat(unreadable()).contains("302");
    server.verify(0, postRequestedFor(urlEqualTo("/elsewhere")));
  }

  @Test
  void nobodyThere_isUnreadable() {
    source.close();
    source =
        new PrometheusSource(
            new PrometheusSettings(
                URI.create("http://localhost:1"),
                Duration.ofSeconds(5),
                1_000,
                2,
                Duration.ofMillis(1),
                Duration.ofMinutes(1),
                new Credential.Anonymous()));
    assertThat(unreadable()).contains("localhost:1 cannot be reached");
  }

  @Test
  void failureAfterFailure_leavesTheServerAlone() {
    answers(aResponse().withStatus(500));
    for (int i = 0; i < 5; i++) {
      unreadable();
    }
    server.resetRequests();
    assertThat(unreadable()).contains("was not asked");
    server.verify(0, postRequestedFor(anyUrl()));
  }

  @Test
  void badQueries_leaveTheServerOpenToOthers() {
    answers(
        aResponse()
            .withStatus(400)
            .withBody("{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"no\"}"));
    for (int i = 0; i < 10; i++) {
      refused();
    }
    answers(okJson(ONE));
    assertThat(source.instant("x", AT)).isInstanceOf(Answer.Known.class);
  }

  @Test
  void credential_isSentAndNeverShown() {
    source.close();
    Credential token = new Credential.Bearer(() -> "s3cret\n");
    source = source(Duration.ofSeconds(10), 1 << 20, token);
    answers(aResponse().withStatus(401).withBody("s3cret is wrong"));
    assertThat(unreadable()).contains("refuses the credential").doesNotContain("s3cret");
    server.verify(postRequestedFor(anyUrl()).withHeader("Authorization", equalTo("Bearer s3cret")));
    assertThat(token.toString()).doesNotContain("s3cret");
    assertThat(
            PrometheusSettings.of(URI.create("http://p"))
                .with(token, Optional.empty(), Optional.empty())
                .toString())
        .doesNotContain("s3cret");

    Credential basic = new Credential.Basic("me", () -> "s3cret");
    assertThat(basic.header()).contains("Basic bWU6czNjcmV0");
    assertThat(basic.toString()).doesNotContain("s3cret");
  }

  @Test
  void tenant_isSentWithEveryQuestion() {
    source.close();
    source =
        new PrometheusSource(
            PrometheusSettings.of(URI.create(server.baseUrl()))
                .with(new Credential.Anonymous(), Optional.of("team-a"), Optional.empty()));
    answers(okJson(ONE));
    source.instant("x", AT);
    source.range("x", AT.minusSeconds(60), AT, Duration.ofSeconds(30));
    server.verify(2, postRequestedFor(anyUrl()).withHeader("X-Scope-OrgID", equalTo("team-a")));
  }

  @Test
  void credentialsFileIsGone_isUnreadableWithItsName() {
    source.close();
    Credential token =
        new Credential.Bearer(() -> {
          throw new UncheckedIOException("/run/token cannot be read", new IOException());
        });
    source = source(Duration.ofSeconds(10), 1 << 20, token);
    assertThat(unreadable()).contains("was not asked: /run/token cannot be read");
  }

  /** Signed by nobody that the platform knows; the file says that it is to be believed. */
  @Test
  void ownAuthority_isBelievedAndNoOther(@TempDir Path folder) throws Exception {
    Path keys = folder.resolve("keys.p12");
    Path pem = folder.resolve("ca.pem");
    keytool(
        "-genkeypair",
        "-keyalg",
        "EC",
        "-dname",
        "CN=localhost",
        "-ext",
        "san=dns:localhost",
        "-keystore",
        keys.toString(),
        "-storepass",
        "changeit",
        "-alias",
        "a");
    keytool(
        "-exportcert",
        "-rfc",
        "-file",
        pem.toString(),
        "-keystore",
        keys.toString(),
        "-storepass",
        "changeit",
        "-alias",
        "a");
    var https =
        new WireMockServer(
            wireMockConfig()
                .dynamicPort()
                .dynamicHttpsPort()
                .keystorePath(keys.toString())
                .keystoreType("PKCS12")
                .keystorePassword("changeit")
                .keyManagerPassword("changeit"));
    https.start();
    try {
      https.stubFor(any(anyUrl()).willReturn(okJson(ONE)));
      URI url = URI.create("https://localhost:" + https.httpsPort());
      Answer<List<Sample>> believed =
          ask(
              PrometheusSettings.of(url)
                  .with(new Credential.Anonymous(), Optional.empty(), Optional.of(pem)));
      assertThat(believed).isInstanceOf(Answer.Known.class);
      assertThat(ask(PrometheusSettings.of(url))).isInstanceOf(Answer.Unreadable.class);
    } finally {
      https.stop();
    }
  }

  @Test
  void authorityWithoutCertificate_isRefused(@TempDir Path folder) throws Exception {
    Path pem = Files.writeString(folder.resolve("ca.pem"), "nothing");
    var settings =
        PrometheusSettings.of(URI.create("https://localhost:1"))
            .with(new Credential.Anonymous(), Optional.empty(), Optional.of(pem));
    assertThatThrownBy(() -> new PrometheusSource(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ca.pem");
  }

  private static Answer<List<Sample>> ask(PrometheusSettings settings) {
    try (var asked = new PrometheusSource(settings)) {
      return asked.instant("x", AT);
    }
  }

  private static void keytool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  @Test
  void urlWithPassword_isRefusedWithoutRepeatingIt() {
    assertThatThrownBy(() -> PrometheusSettings.of(URI.create("http://me:s3cret@p:9090")))
        .hasMessageContaining("credential")
        .hasMessageNotContaining("s3cret");
    assertThatThrownBy(() -> PrometheusSettings.of(URI.create("p:9090")))
        .hasMessageContaining("http(s)://");
    assertThat(PrometheusSettings.of(URI.create("http://p:9090/prom/")).query())
        .hasToString("http://p:9090/prom/api/v1/query");
  }
}
