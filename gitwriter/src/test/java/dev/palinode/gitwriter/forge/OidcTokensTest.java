package dev.palinode.gitwriter.forge;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import dev.palinode.crds.GitTargetSpec.Oidc;
import dev.palinode.crds.GitTargetSpec.OidcFlow;
import dev.palinode.gitwriter.Authority;
import dev.palinode.gitwriter.Passage;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OidcTokensTest {
  private static final String FILE = "/var/run/secrets/palinode.dev/oidc/token";
  private static final String OWN = "own-pr0jected-token+/=";

  @TempDir Path root;
  private final WireMockServer server =
      new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));
  private Instant now = Instant.parse("2026-11-01T20:00:00Z");
  private OidcTokens tokens;

  @BeforeEach
  void start() throws IOException {
    server.start();
    project(OWN + "\n");
    tokens = new OidcTokens(root, () -> now, Duration.ofSeconds(10));
  }

  @AfterEach
  void stop() {
    tokens.close();
    server.stop();
  }

  private void project(String token) throws IOException {
    Path file = root.resolve(FILE.substring(1));
    Files.createDirectories(file.getParent());
    Files.writeString(file, token);
  }

  private void answer(ResponseDefinitionBuilder answer) {
    server.resetMappings();
    server.stubFor(post(urlEqualTo("/token")).willReturn(answer));
  }

  private void mint(String token, int seconds) {
    answer(
        okJson(
            "{\"access_token\": \"%s\", \"token_type\": \"Bearer\", \"expires_in\": %d}"
                .formatted(token, seconds)));
  }

  private Oidc oidc(OidcFlow flow) {
    return oidc(flow, server.baseUrl() + "/token");
  }

  private static Oidc oidc(OidcFlow flow, String url) {
    return new Oidc(flow, url, "writer", "git.example.com", "repo:write", FILE, null);
  }

  private Answer<String> ask(Oidc oidc, String refused) {
    Answer<String> answer = tokens.token(oidc, Passage.USUAL, t -> t.equals(refused));
    if (!(answer instanceof Answer.Done<String>)) {
      assertThat(answer.toString()).doesNotContain("pr0jected");
    }
    return answer;
  }

  private List<Map<String, String>> forms() {
    return server.findAll(postRequestedFor(urlEqualTo("/token"))).stream()
        .map(request ->
            Arrays.stream(request.getBodyAsString().split("&"))
                .map(field -> field.split("=", 2))
                .collect(
                    Collectors.toMap(
                        f -> f[0], f -> URLDecoder.decode(f[1], StandardCharsets.UTF_8))))
        .toList();
  }

  @Test
  void exchange_isTheFormOfRfc8693() {
    mint("t1", 3600);

    assertThat(ask(oidc(OidcFlow.TokenExchange), null)).isEqualTo(Answer.done("t1"));
    assertThat(forms())
        .containsExactly(
            Map.of(
                "grant_type", "urn:ietf:params:oauth:grant-type:token-exchange",
                "subject_token", OWN,
                "subject_token_type", "urn:ietf:params:oauth:token-type:jwt",
                "requested_token_type", "urn:ietf:params:oauth:token-type:access_token",
                "client_id", "writer",
                "audience", "git.example.com",
                "scope", "repo:write"));
  }

  @Test
  void assertion_isTheFormOfAzure() {
    mint("t1", 3600);
    Oidc azure =
        new Oidc(
            OidcFlow.ClientAssertion,
            server.baseUrl() + "/token",
            "1111-2222",
            null,
            "499b84ac-1321-427f-aa17-267ca6975798/.default",
            FILE,
            null);

    assertThat(ask(azure, null)).isEqualTo(Answer.done("t1"));
    assertThat(forms())
        .containsExactly(
            Map.of(
                "grant_type", "client_credentials",
                "client_assertion", OWN,
                "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_id", "1111-2222",
                "scope", "499b84ac-1321-427f-aa17-267ca6975798/.default"));
  }

  @Test
  void token_isKeptUntilFiveMinutesBeforeItsEnd() {
    mint("t1", 3600);
    ask(oidc(OidcFlow.TokenExchange), null);
    mint("t2", 3600);
    now = now.plus(Duration.ofMinutes(54));
    assertThat(ask(oidc(OidcFlow.TokenExchange), null)).isEqualTo(Answer.done("t1"));
    now = now.plus(Duration.ofMinutes(1));
    assertThat(ask(oidc(OidcFlow.TokenExchange), null)).isEqualTo(Answer.done("t2"));
    assertThat(forms()).hasSize(2);
  }

  @Test
  void shortLife_isUsedForMostOfIt() {
    mint("t1", 60);
    ask(oidc(OidcFlow.TokenExchange), null);
    mint("t2", 60);
    now = now.plusSeconds(47);
    assertThat(ask(oidc(OidcFlow.TokenExchange), null)).isEqualTo(Answer.done("t1"));
    now = now.plusSeconds(1);
    assertThat(ask(oidc(OidcFlow.TokenExchange), null)).isEqualTo(Answer.done("t2"));
  }

  @Test
  void refusedToken_isExchangedAnewFromTheFileAsItIsNow() throws IOException {
    mint("t1", 3600);
    ask(oidc(OidcFlow.TokenExchange), null);
    mint("t2", 3600);
    project("rotated-pr0jected-token");

    assertThat(ask(oidc(OidcFlow.TokenExchange), "t1")).isEqualTo(Answer.done("t2"));
    assertThat(forms().getLast()).containsEntry("subject_token", "rotated-pr0jected-token");
  }

  @Test
  void otherSettings_haveATokenOfTheirOwn() {
    mint("t1", 3600);
    ask(oidc(OidcFlow.TokenExchange), null);
    mint("t2", 3600);

    assertThat(ask(oidc(OidcFlow.ClientAssertion), null)).isEqualTo(Answer.done("t2"));
  }

  /** Whoever names a proxy and an authority could answer in the endpoint's name. */
  @Test
  void tokenThatCameAnotherWay_isNotShared() {
    mint("t1", 3600);
    ask(oidc(OidcFlow.TokenExchange), null);
    mint("t2", 3600);
    Passage other =
        Passage.USUAL.with(
            Authority.tls(Optional.of(new Authority("other").pem()), Optional.empty()));

    assertThat(tokens.token(oidc(OidcFlow.TokenExchange), other, _ -> false))
        .isEqualTo(Answer.done("t2"));
    assertThat(ask(oidc(OidcFlow.TokenExchange), null)).isEqualTo(Answer.done("t1"));
  }

  @Test
  void refusal_isToldInItsWordsWithoutTheToken() {
    answer(
        aResponse()
            .withStatus(400)
            .withBody(
                "{\"error\": \"invalid_grant\", \"error_description\": \"no trust in %s\"}"
                    .formatted(OWN)));

    assertThat(ask(oidc(OidcFlow.TokenExchange), null))
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            r -> assertThat(r.words()).contains("invalid_grant", "no trust in ***"));
  }

  @Test
  void answersThatHelpNobody_areKeptApart() {
    answer(aResponse().withStatus(401).withBody("{\"error\": \"invalid_client\"}"));
    assertThat(ask(oidc(OidcFlow.TokenExchange), null)).isInstanceOf(Answer.Unauthorised.class);
    answer(aResponse().withStatus(503));
    assertThat(ask(oidc(OidcFlow.TokenExchange), null)).isInstanceOf(Answer.Unreachable.class);
    answer(okJson("{\"token\": \"x\"}"));
    assertThat(ask(oidc(OidcFlow.TokenExchange), null))
        .isInstanceOfSatisfying(
            Answer.Unreachable.class, u -> assertThat(u.words()).contains("access_token"));
    answer(aResponse().withStatus(302).withHeader("Location", server.baseUrl() + "/elsewhere"));
    assertThat(ask(oidc(OidcFlow.TokenExchange), null))
        .isInstanceOfSatisfying(
            Answer.Refused.class, r -> assertThat(r.words()).contains("correct oidc.tokenUrl"));
    assertThat(server.getAllServeEvents()).hasSize(4);
  }

  @Test
  void tokenUrlInTheClear_isNotSpokenTo() {
    assertThat(ask(oidc(OidcFlow.TokenExchange, "http://sts.example.com/token"), null))
        .isInstanceOfSatisfying(
            Answer.Refused.class, r -> assertThat(r.words()).contains("must be an https url"));
  }

  @Test
  void missingFile_saysWhatToProject() throws IOException {
    Files.delete(root.resolve(FILE.substring(1)));

    assertThat(ask(oidc(OidcFlow.TokenExchange), null))
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            r -> assertThat(r.words()).contains(FILE, "project a service account token"));
    project(" \n");
    assertThat(ask(oidc(OidcFlow.TokenExchange), null))
        .isInstanceOfSatisfying(
            Answer.Refused.class, r -> assertThat(r.words()).contains("is empty"));
    assertThat(server.getAllServeEvents()).isEmpty();
  }
}
