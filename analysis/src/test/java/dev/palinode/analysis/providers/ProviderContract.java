package dev.palinode.analysis.providers;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import dev.palinode.analysis.Answer;
import dev.palinode.analysis.Arms;
import dev.palinode.analysis.Inquiry;
import dev.palinode.analysis.Provider;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.http.Asker.Patience;
import dev.palinode.analysis.http.AskingListener;
import dev.palinode.analysis.http.Credential;
import dev.palinode.crds.MetricProvider;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the judge relies on, whoever is asked: no bad answer is ever a number. */
@Timeout(30)
abstract class ProviderContract {
  static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");
  static final Arms ARMS =
      new Arms(
          "shop",
          "checkout",
          "7f9c2d41",
          "checkout-7f9c2d41-",
          List.of("checkout-7f9c2d41-aa"),
          List.of("checkout-55d6-aa", "checkout-55d6-bb"));

  @RegisterExtension
  static final WireMockExtension server =
      WireMockExtension.newInstance().options(wireMockConfig().dynamicPort()).build();

  private HttpProviders providers;

  /** As a template would name it. */
  abstract MetricProvider spec(String url);

  /** The server's answer for a value. */
  abstract String body(String value);

  /** The server's answer when it knows nothing. */
  abstract String nothing();

  @BeforeEach
  void open() {
    providers = providers(Duration.ofSeconds(10), 1 << 20, Token.NONE);
  }

  @AfterEach
  void close() {
    providers.close();
  }

  private static HttpProviders providers(Duration deadline, long maxBytes, Token token) {
    return new HttpProviders(
        new Patience(deadline, maxBytes, 2, Duration.ofMillis(1), Duration.ofMinutes(1)),
        token,
        AskingListener.NONE);
  }

  private void reopen(Duration deadline, long maxBytes, Token token) {
    providers.close();
    providers = providers(deadline, maxBytes, token);
  }

  Provider provider() {
    return providers.about("checkout").of(spec(server.baseUrl() + "/numbers"));
  }

  static Inquiry inquiry(boolean candidate, Map<String, String> questions) {
    return new Inquiry("depth", ARMS, candidate, questions, AT.minusSeconds(15), AT);
  }

  static void answers(ResponseDefinitionBuilder response) {
    server.stubFor(any(anyUrl()).willReturn(response));
  }

  Answer<List<Sample>> asked() {
    return provider().value(inquiry(true, Map.of("query", "depth.{{candidate.pods}}")));
  }

  private String unreadable() {
    Answer<List<Sample>> answer = asked();
    assertThat(answer).isInstanceOf(Answer.Unreadable.class);
    return ((Answer.Unreadable<List<Sample>>) answer).reason();
  }

  @Test
  void value_isReadAsItIs() {
    answers(okJson(body("4.5")));
    assertThat(asked()).isEqualTo(new Answer.Known<>(List.of(new Sample(AT, 4.5))));
  }

  @Test
  void nothingThere_isKnownToBeNothing() {
    answers(okJson(nothing()));
    assertThat(asked()).isEqualTo(new Answer.Known<>(List.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "\"NaN\"", "\"fast\"", "true", "{}", "[1]", "Infinity"})
  void whatIsNoNumber_isNeverOne(String value) {
    answers(okJson(body(value)));
    if (asked() instanceof Answer.Known<List<Sample>>(var samples)) {
      assertThat(samples).noneMatch(s -> Double.isFinite(s.value()));
    } else {
      assertThat(asked()).isInstanceOf(Answer.Unreadable.class);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 422})
  void refusedQuestion_isTheTemplatesFault(int status) {
    answers(aResponse().withStatus(status).withBody("s3cret of the inside"));
    assertThat(asked())
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            a ->
                assertThat(a.reason())
                    .contains("AnalysisTemplate", "" + status)
                    .doesNotContain("s3cret"));
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 302, 401, 403, 404, 429, 500, 503})
  void trouble_isUnreadable(int status) {
    answers(aResponse().withStatus(status).withHeader("Location", server.baseUrl() + "/elsewhere"));
    assertThat(unreadable()).contains("" + status);
    server.verify(0, anyRequestedFor(urlEqualTo("/elsewhere")));
  }

  @Test
  void hang_isGivenUpAtTheDeadline() {
    reopen(Duration.ofMillis(300), 1 << 20, Token.NONE);
    answers(okJson(body("1")).withFixedDelay(20_000));
    assertThat(unreadable()).contains("no answer within 0.3 s");
  }

  @Test
  void dribblingBody_isGivenUpAtTheDeadline() {
    reopen(Duration.ofMillis(300), 1 << 20, Token.NONE);
    answers(okJson(body("1")).withChunkedDribbleDelay(20, 20_000));
    assertThat(unreadable()).contains("no answer within 0.3 s");
  }

  @Test
  void hugeAnswer_isNotRead() {
    reopen(Duration.ofSeconds(10), 1_000, Token.NONE);
    answers(okJson(body("1") + " ".repeat(5_000)));
    assertThat(unreadable()).contains("larger than");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>hello</html>", "7", "null", "{}", "[{}]", "[[1,2]]"})
  void garbage_isUnreadable(String garbage) {
    answers(okJson(garbage));
    assertThat(unreadable()).isNotBlank();
  }

  @Test
  void truncatedAnswer_isUnreadable() {
    String whole = body("1");
    answers(okJson(whole.substring(0, whole.length() - 1)));
    assertThat(unreadable()).contains("cut off");
    answers(okJson(whole + whole));
    assertThat(unreadable()).contains("no JSON");
    answers(aResponse().withFault(Fault.MALFORMED_RESPONSE_CHUNK));
    assertThat(unreadable()).contains("cannot be reached");
  }

  @Test
  void failureAfterFailure_leavesTheServerAlone() {
    answers(aResponse().withStatus(500));
    for (int i = 0; i < 5; i++) {
      unreadable();
    }
    server.resetRequests();
    assertThat(unreadable()).contains("was not asked");
    server.verify(0, anyRequestedFor(anyUrl()));
  }

  @Test
  void token_goesToItsAddressAndNowhereElse() {
    answers(okJson(body("1")));
    URI here = URI.create(server.baseUrl() + "/numbers");
    reopen(Duration.ofSeconds(10), 1 << 20, token(here));
    asked();
    server.verify(
        1, anyRequestedFor(anyUrl()).withHeader("Authorization", equalTo("Bearer s3cret")));
    for (String elsewhere :
        List.of(
            "http://elsewhere:80/numbers",
            server.baseUrl() + "/num",
            server.baseUrl() + "/numbers/deeper",
            server.baseUrl().replace("http:", "https:") + "/numbers")) {
      server.resetRequests();
      reopen(Duration.ofSeconds(10), 1 << 20, token(URI.create(elsewhere)));
      asked();
      server.verify(1, anyRequestedFor(anyUrl()).withHeader("Authorization", absent()));
    }
  }

  private static Token token(URI only) {
    return new Token(new Credential.Bearer(() -> "s3cret"), Optional.of(only));
  }
}
