package dev.palinode.controller.app;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.lessThanOrExactly;
import static com.github.tomakehurst.wiremock.client.WireMock.moreThanOrExactly;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A rollout of the past, through the real client. */
@Timeout(60)
class ReplayPastTest {
  private static final Instant BEGIN = Instant.parse("2020-03-01T12:00:00Z");

  @TempDir Path dir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private WireMockServer server;

  @AfterEach
  void stop() {
    if (server != null) {
      server.stop();
    }
  }

  private void serve(int bad) {
    server =
        new WireMockServer(
            wireMockConfig()
                .dynamicPort()
                .extensions(new PastPrometheus(BEGIN.getEpochSecond(), bad)));
    server.start();
    server.stubFor(any(anyUrl()).willReturn(ok()));
  }

  private int replay(String... more) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("--prometheus", server.baseUrl());
    options.put("--from", BEGIN.toString());
    options.put("--to", "2020-03-01T12:40:00Z");
    options.put("--service", "shop/checkout");
    options.put("--canary", "checkout-new-");
    List<String> args = new ArrayList<>(List.of("replay"));
    for (int i = 0; i < more.length; i += 2) {
      if (more[i].startsWith("--")) {
        options.put(more[i], more[i + 1]);
      } else {
        args.add(more[i]);
      }
    }
    options.forEach((name, value) -> args.addAll(List.of(name, value)));
    return Palinode.run(
        new PrintWriter(out, true), new PrintWriter(err, true), args.toArray(String[]::new));
  }

  @Test
  void badCanary_isRolledBackByEachRuleInItsTime() {
    serve(40);
    assertThat(replay("--weights", "0s=25")).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("160 windows, 40m from 2020-03-01T12:00:00Z to 2020-03-01T12:40:00Z")
        .contains("its weight was 25% from 2020-03-01T12:00:30Z")
        .containsPattern("palinode  rolls back    (15|30|45)s")
        .contains("flagger   rolls back    11m")
        .contains("argo      promotes")
        .contains("kayenta   rolls back    10m");
    server.verify(
        moreThanOrExactly(1),
        postRequestedFor(anyUrl())
            .withFormParam("query", containing("destination_service_name=\"checkout\"")));
  }

  @Test
  void healthyCanary_isPromoted() {
    serve(1);
    assertThat(replay()).as(err.toString()).isZero();
    assertThat(out.toString()).contains("palinode  promotes").contains("flagger   promotes");
  }

  /** Forty minutes of windows, each looked at, out of two half hours per counter. */
  @Test
  void past_isReadInChunks() {
    serve(1);
    replay();
    server.verify(lessThanOrExactly(8), postRequestedFor(anyUrl()));
  }

  @Test
  void otherSplitThanTheWeight_isDistrusted() {
    serve(1);
    assertThat(replay("--weights", "0s=5,10m=10")).isZero();
    assertThat(out.toString()).contains("palinode  distrusts");
  }

  @Test
  void templateOfAFile_asksItsOwnQuestion() throws IOException {
    serve(40);
    Path file =
        Files.writeString(
            dir.resolve("template.yaml"),
            """
            apiVersion: palinode.dev/v1alpha1
            kind: AnalysisTemplate
            metadata: {name: lenient}
            spec:
              metrics:
              - name: errors
                ratio:
                  bad: 'istio_requests_total{response_code=~"5.."}'
                  total: istio_requests_total
                margin: {relative: 0, absolute: 0.5}
                tolerance: {relative: 0, absolute: 0.6}
            """);
    assertThat(replay("--template", file.toString())).as(err.toString()).isZero();
    assertThat(out.toString()).contains("palinode  promotes").contains("flagger   rolls back");
  }

  @Test
  void tenantAndDialect_goWithEveryQuestion() {
    serve(1);
    assertThat(replay("--tenant", "team-a", "--dialect", "thanos")).isZero();
    server.verify(
        moreThanOrExactly(4),
        postRequestedFor(anyUrl())
            .withHeader("X-Scope-OrgID", equalTo("team-a"))
            .withFormParam("partial_response", equalTo("false")));
  }

  /** There was traffic in 2020 only: two hours ago nobody asked for anything. */
  @Test
  void timesBeforeNow_areUnderstood() {
    serve(1);
    assertThat(replay("--from", "-2h", "--to", "-30m")).as(err.toString()).isZero();
    assertThat(out.toString())
        .containsPattern("3[56]\\d windows, 1h(29|30)m from ")
        .contains("canary 0 requests")
        .contains("palinode  waits");
  }

  @Test
  void nothingOfThatName_isThree() {
    serve(1);
    assertThat(replay("--canary", "checkout-none-")).isEqualTo(3);
    assertThat(err.toString()).contains("with a pod checkout-none-");
  }

  @Test
  void storeThatCannotBeRead_isSixWithItsWords() {
    serve(1);
    assertThat(replay("--prometheus", "http://localhost:1")).isEqualTo(6);
    assertThat(err.toString()).contains("cannot be reached");
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --from yesterday              | --from is a moment
          --from 2020-03-01T12:40:00Z   | two scrape intervals before
          --from 2019-03-01T12:40:00Z   | at most two days
          --service checkout            | NAMESPACE/NAME
          --canary {}                   | how the names of the canary's pods begin
          --stable checkout-new-        | they tell the arms apart
          --weights 0s=5,0s=10          | write 0s=5,10m=25
          --weights 0s=200              | write 0s=5,10m=25
          --weights soon=5              | write 0s=5,10m=25
          --template none.yaml          | neither http nor grpc nor a file
          --dialect greek               | greek
          --prometheus http://me:s3cret@host | no user or password
          --token-file /no/such         | name an existing file
          --scrape-interval 0s          | longer than 0s
          traffic.csv                   | two different pasts
          """)
  void wrongOption_isTwoWithItsWords(String option, String words) {
    serve(1);
    assertThat(replay(option.split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains(words).doesNotContain("s3cret");
  }
}
