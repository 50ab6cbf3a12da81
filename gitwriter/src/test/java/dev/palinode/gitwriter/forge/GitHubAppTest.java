package dev.palinode.gitwriter.forge;

import static dev.palinode.gitwriter.forge.HostServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.palinode.gitwriter.Passage;
import dev.palinode.gitwriter.Repository;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GitHubAppTest {
  private static final Repository REPOSITORY =
      new Repository("https://github.com/shop/deploy.git", "main");
  private static final String ORIGIN = "the App's key of Secret a/b";
  private static KeyPair pair;

  private final HostServer server = new HostServer();
  private Instant now = Instant.parse("2026-11-01T20:00:00Z");
  private int minted;
  private String life = "PT1H";
  private GitHubApp app;

  /** The two calls that GitHub answers an App. */
  private final class Minting extends FakeApi {
    Minting() {
      super(new FakeHost());
      on("GET", "/repos/shop/deploy/installation", _ -> ok(object().put("id", 77)));
      on(
          "POST",
          "/app/installations/77/access_tokens",
          t -> {
            assertThat(t.body().at("/repositories/0").asText()).isEqualTo("deploy");
            return said(
                201,
                object()
                    .put("token", "ghs_" + ++minted)
                    .put("expires_at", now.plus(Duration.parse(life)).toString()));
          });
    }
  }

  @BeforeAll
  static void makeKey() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    pair = generator.generateKeyPair();
  }

  @BeforeEach
  void connect() {
    server.play(new Minting(), "");
    app =
        new GitHubApp(
            () -> now, new ForgeHttp.Timing(Duration.ofSeconds(10), Duration.ofMinutes(1)));
  }

  @AfterEach
  void end() {
    app.close();
    server.close();
  }

  private static String pkcs8() {
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
        + "\n-----END PRIVATE KEY-----\n";
  }

  /** The key alone, as GitHub hands it out: what follows the 26 bytes of the wrapping. */
  private static String pkcs1() {
    byte[] all = pair.getPrivate().getEncoded();
    return "-----BEGIN RSA PRIVATE KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(Arrays.copyOfRange(all, 26, all.length))
        + "\n-----END RSA PRIVATE KEY-----\n";
  }

  private GitHubApp.Key key(String pem) {
    return new GitHubApp.Key("4711", Optional.of("77"), pem, server.url());
  }

  private String token(GitHubApp.Key key, String refused) {
    Answer<String> answer =
        app.token(key, REPOSITORY, Passage.USUAL, ORIGIN, t -> t.equals(refused));
    assertThat(answer).isInstanceOf(Answer.Done.class);
    return ((Answer.Done<String>) answer).value();
  }

  @Test
  void token_isKeptUntilFiveMinutesBeforeItsEnd() {
    assertThat(token(key(pkcs8()), null)).isEqualTo("ghs_1");
    now = now.plus(Duration.ofMinutes(54));
    assertThat(token(key(pkcs8()), null)).isEqualTo("ghs_1");
    now = now.plus(Duration.ofMinutes(1));
    assertThat(token(key(pkcs8()), null)).isEqualTo("ghs_2");
    assertThat(minted).isEqualTo(2);
  }

  @Test
  void refusedToken_isMintedAnew() {
    assertThat(token(key(pkcs1()), null)).isEqualTo("ghs_1");

    assertThat(token(key(pkcs1()), "ghs_1")).isEqualTo("ghs_2");
    assertThat(token(key(pkcs1()), "ghs_1")).isEqualTo("ghs_2");
  }

  @Test
  void installation_isFoundByTheRepository() {
    assertThat(token(new GitHubApp.Key("4711", Optional.empty(), pkcs8(), server.url()), null))
        .isEqualTo("ghs_1");
  }

  @Test
  void proof_isAJwtThatTheAppsKeySigned() throws Exception {
    String[] parts = AppJwt.of("4711", pkcs1(), now).split("\\.");
    JsonNode claims = new ObjectMapper().readTree(Base64.getUrlDecoder().decode(parts[1]));
    Signature check = Signature.getInstance("SHA256withRSA");
    check.initVerify(pair.getPublic());
    check.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));

    assertThat(check.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
    assertThat(claims.path("iss").asText()).isEqualTo("4711");
    assertThat(claims.path("exp").asLong() - claims.path("iat").asLong()).isEqualTo(600);
    assertThat(claims.path("iat").asLong()).isEqualTo(now.getEpochSecond() - 60);
  }

  @Test
  void keyThatIsNone_namesItsPlaceAndNothingElse() {
    Answer<String> answer =
        app.token(key("not-a-key"), REPOSITORY, Passage.USUAL, ORIGIN, _ -> false);

    assertThat(answer)
        .isInstanceOfSatisfying(
            Answer.Unauthorised.class, u -> assertThat(u.words()).contains(ORIGIN));
    assertThat(answer.toString() + key("not-a-key")).doesNotContain("not-a-key");
    assertThat(server.seen).isEmpty();
  }

  @Test
  void revokedApp_isAskedForOnce() {
    server.fail(json(401, FakeApi.message("A JSON web token could not be decoded")));

    assertThat(app.token(key(pkcs8()), REPOSITORY, Passage.USUAL, ORIGIN, _ -> false))
        .isInstanceOf(Answer.Unauthorised.class);
    assertThat(server.seen).hasSize(1);
  }

  @Test
  void answerWithoutAToken_isNoAnswer() {
    server.fail(json(201, FakeApi.object().put("expires_at", "soon")));

    assertThat(app.token(key(pkcs8()), REPOSITORY, Passage.USUAL, ORIGIN, _ -> false))
        .isInstanceOf(Answer.Unreachable.class);
  }
}
