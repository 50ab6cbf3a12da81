package dev.palinode.gitwriter.forge;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.Authority;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.LoopbackProxy;
import dev.palinode.gitwriter.Passage;
import dev.palinode.gitwriter.Repository;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The host's API is reached as git is: same authorities, same certificate, same proxy. */
class ForgePassageTest {
  private static final Authority OURS = new Authority("ours");
  private static final String HOST = "git.example.invalid";
  private static final Passage.Login LOGIN = new Passage.Login("bot", "pr0xy-pass");

  private final List<String> seenProxyLogins = new CopyOnWriteArrayList<>();
  private final List<String> seenLogins = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private Passage way = Passage.USUAL;

  private void serve(String host) throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    SSLContext context = OURS.context(OURS.server(host));
    HttpsServer https = HttpsServer.create(any, 0);
    https.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters tls = context.getDefaultSSLParameters();
            tls.setNeedClientAuth(true);
            parameters.setSSLParameters(tls);
          }
        });
    answer(https);
  }

  private void answer(HttpServer made) {
    server = made;
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      seenLogins.add(exchange.getRequestHeaders().getFirst("Authorization"));
      Optional.ofNullable(exchange.getRequestHeaders().getFirst("Proxy-Authorization"))
          .ifPresent(seenProxyLogins::add);
      byte[] body = "[]".getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private Answer<List<PullRequest>> find(String api) {
    ForgeHttp.Timing timing = new ForgeHttp.Timing(Duration.ofSeconds(10), Duration.ofMinutes(1));
    try (HttpForges forges =
        new HttpForges(
            _ -> Observed.known(Credentials.token("t0ken", "x").via(way)),
            timing,
            Instant::now,
            ForgeListener.SILENT)) {
      Repository repository = new Repository("https://git.example.com/shop/deploy.git", "main");
      GitTargetSpec.PullRequest wanted =
          new GitTargetSpec.PullRequest(GitTargetSpec.Provider.GITHUB, null, null, api);
      return ((Forges.Found.Usable) forges.of(repository, wanted)).forge().find("rollback/x");
    }
  }

  @Test
  void authorityAndCertificate_areNeededAndEnough() throws IOException {
    serve("localhost");
    String api = "https://localhost:" + server.getAddress().getPort();

    assertThat(find(api))
        .isInstanceOfSatisfying(
            Answer.Unreachable.class, u -> assertThat(u.words()).contains("SSL", "PKIX"));
    way = way.with(Authority.tls(Optional.of(OURS.pem()), Optional.empty()));
    assertThat(find(api)).isInstanceOf(Answer.Unreachable.class);
    assertThat(seenLogins).isEmpty();

    way = way.with(Authority.tls(Optional.of(OURS.pem()), Optional.of(OURS.client("palinode"))));
    assertThat(find(api)).isEqualTo(Answer.done(List.of()));
  }

  @Test
  void proxy_tunnelsToTheApiAndKeepsItsPassword() throws IOException {
    serve(HOST);
    try (LoopbackProxy proxy = new LoopbackProxy(server.getAddress().getPort())) {
      proxy.authorization = LOGIN.header();
      Passage.Tls tls =
          Authority.tls(Optional.of(OURS.pem()), Optional.of(OURS.client("palinode")));
      way = proxy.passage(Optional.empty()).with(tls);
      assertThat(find("https://" + HOST))
          .isInstanceOfSatisfying(
              Answer.Unauthorised.class,
              u -> assertThat(u.words()).contains("the proxy 127.0.0.1", "Secret palinode"));
      assertThat(proxy.passed).isEmpty();

      way = proxy.passage(Optional.of(LOGIN)).with(tls);
      assertThat(find("https://" + HOST)).isEqualTo(Answer.done(List.of()));
      assertThat(proxy.passed).containsExactly("CONNECT " + HOST + ":443");
      assertThat(seenProxyLogins).isEmpty();
    }
  }

  @Test
  void proxy_forwardsToAPlainApi() throws IOException {
    answer(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    try (LoopbackProxy proxy = new LoopbackProxy(server.getAddress().getPort())) {
      proxy.authorization = LOGIN.header();
      way = proxy.passage(Optional.of(LOGIN));

      assertThat(find("http://" + HOST)).isEqualTo(Answer.done(List.of()));
      assertThat(proxy.passed).singleElement().asString().startsWith("GET http://" + HOST + "/");
    }
  }

  @Test
  void clients_areKeptPerWay() {
    answer(server());
    try (HttpClients clients = new HttpClients(Duration.ofSeconds(5))) {
      Passage one = Passage.USUAL.with(Authority.tls(Optional.of(OURS.pem()), Optional.empty()));
      Passage same = Passage.USUAL.with(Authority.tls(Optional.of(OURS.pem()), Optional.empty()));

      assertThat(clients.of(one)).isSameAs(clients.of(same)).isNotSameAs(clients.of(way));
    }
  }

  private static HttpServer server() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
