package dev.palinode.analysis.http;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import dev.palinode.analysis.http.Asker.Patience;
import dev.palinode.analysis.http.Asker.Reply;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One dead server, many who ask. */
@Timeout(60)
class AskerTest {
  private static final Duration DEADLINE = Duration.ofMillis(500);

  @RegisterExtension
  static final WireMockExtension server =
      WireMockExtension.newInstance().options(wireMockConfig().dynamicPort()).build();

  private final HttpClient client = HttpClient.newHttpClient();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final AskingListener listener =
      new AskingListener() {
        @Override
        public void asked(String place, Outcome outcome) {
          told.add(outcome.name());
        }

        @Override
        public void leftAlone(String place, boolean alone) {
          told.add(place + (alone ? " is left alone" : " is asked"));
        }
      };

  @AfterEach
  void close() {
    client.shutdownNow();
    client.close();
  }

  private Asker asker(Duration rest) {
    return new Asker(
        "Prometheus",
        "p:9090",
        client,
        new Patience(DEADLINE, 1 << 20, 1, Duration.ofMillis(1), rest),
        listener);
  }

  private static HttpRequest question() {
    return HttpRequest.newBuilder(URI.create(server.baseUrl())).build();
  }

  /** Without the breaker forty threads would wait forty deadlines one after the other. */
  @Test
  void hangingServer_holdsNobodyUpOnceItIsKnown() throws Exception {
    server.stubFor(any(anyUrl()).willReturn(ok().withFixedDelay(20_000)));
    Asker asker = asker(Duration.ofMinutes(1));
    for (int i = 0; i < 5; i++) {
      assertThat(asker.ask(AskerTest::question)).isInstanceOf(Reply.Silent.class);
    }
    server.resetRequests();
    List<Callable<Reply>> many = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      many.add(() -> asker.ask(AskerTest::question));
    }
    long before = System.nanoTime();
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (Future<Reply> each : threads.invokeAll(many)) {
        assertThat(each.get())
            .isEqualTo(
                new Reply.Silent(
                    "Prometheus at p:9090 was not asked, since its last answers failed"));
      }
    }
    assertThat(Duration.ofNanos(System.nanoTime() - before))
        .as("one deadline for each would be %s", DEADLINE.multipliedBy(100))
        .isLessThan(DEADLINE.multipliedBy(20));
    server.verify(0, anyRequestedFor(anyUrl()));
    assertThat(told).filteredOn("SPARED"::equals).hasSize(400);
    assertThat(told).filteredOn("FAILED"::equals).hasSize(5);
    assertThat(told).contains("p:9090 is left alone");
  }

  @Test
  void serverThatIsWellAgain_isAskedAgain() {
    server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(503)));
    Asker asker = asker(Duration.ofMillis(50));
    for (int i = 0; i < 5; i++) {
      asker.ask(AskerTest::question);
    }
    server.stubFor(any(anyUrl()).willReturn(ok("well")));
    Reply reply = asker.ask(AskerTest::question);
    while (reply instanceof Reply.Silent) { // for no longer than this test may take
      reply = asker.ask(AskerTest::question);
    }
    assertThat(told).containsSubsequence("p:9090 is left alone", "p:9090 is asked", "ANSWERED");
  }

  @Test
  void refusals_areAnswers() {
    server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(400)));
    Asker asker = asker(Duration.ofMinutes(1));
    for (int i = 0; i < 20; i++) {
      assertThat(asker.ask(AskerTest::question)).isInstanceOf(Reply.Answered.class);
    }
    assertThat(told).doesNotContain("p:9090 is left alone");
  }
}
