package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.WriteOutcome.Blocked;
import dev.palinode.gitwriter.WriteOutcome.Committed;
import dev.palinode.gitwriter.WriteOutcome.Refused;
import dev.palinode.gitwriter.WriteOutcome.Unreachable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The writer against git's own HTTP server: logins, hooks, lost answers, absent hosts. */
class HttpGitTest {
  private static final Credentials TOKEN =
      Credentials.token("s3cret+token/x", "key token of Secret palinode-system/shop-git");

  @TempDir Path dir;
  private HttpGit server;
  private BareRepo repo;
  private JGitWriter writer;
  private Shop.Wish wish;

  @BeforeEach
  void serve() throws IOException {
    server = new HttpGit(dir);
    repo = BareRepo.create(dir);
    String good = repo.commit("checkout 2.4.0", Shop.good());
    String bad = repo.commit("checkout 2.4.1", Shop.bad());
    wish = Shop.wish(server.url(repo)).revisions(bad, good);
    writer = writer(TOKEN);
    server.authorization = TOKEN.authorization().orElseThrow();
  }

  @AfterEach
  void stop() {
    writer.close();
    server.close();
    repo.fsck();
  }

  private JGitWriter writer(Credentials credentials) {
    return new JGitWriter(
        LocalRepoCase.settings(dir.resolve("store" + System.identityHashCode(credentials)), 20),
        _ -> Observed.known(credentials),
        () -> Shop.ASKED);
  }

  @Test
  void token_getsTheCommitThrough() {
    assertThat(writer.submit(wish.intent())).isInstanceOf(Committed.class);
    assertThat(repo.text(Shop.DEPLOYMENT)).isEqualTo(Shop.deployment(Shop.GOOD_IMAGE));
    assertThat(server.seenAuthorizations).containsOnly(TOKEN.authorization().orElseThrow());
  }

  @Test
  void bearerAndBasic_getTheCommitThrough() {
    for (Credentials credentials :
        new Credentials[] {Credentials.bearer("abc", "x"), Credentials.basic("bot", "pw", "x")}) {
      server.authorization = credentials.authorization().orElseThrow();
      try (JGitWriter other = writer(credentials)) {
        assertThat(other.tipOf(wish.intent().repository())).isEqualTo(Observed.known(repo.tip()));
      }
    }
  }

  @Test
  void wrongToken_isBlockedAndNamesTheKeyButNotTheToken() {
    server.authorization = "Basic other";

    Blocked blocked = (Blocked) writer.submit(wish.intent());

    assertThat(blocked.reason().name()).isEqualTo("Credentials");
    assertThat(blocked.message())
        .contains("key token of Secret palinode-system/shop-git")
        .doesNotContain("s3cret");
    assertThat(server.seenAuthorizations).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void readOnlyToken_isBlocked() {
    repo.git("config", "http.receivepack", "false");

    assertThat(writer.submit(wish.intent()))
        .isInstanceOf(Blocked.class)
        .asString()
        .contains("Credentials");
    server.status = 403;
    assertThat(writer.submit(wish.intent()))
        .isInstanceOf(Blocked.class)
        .asString()
        .contains("Credentials");
  }

  @Test
  void serverTrouble_isRetryable() {
    for (int status : new int[] {500, 502, 503, 429}) {
      server.status = status;
      assertThat(writer.submit(wish.intent())).as("%d", status).isInstanceOf(Unreachable.class);
    }
    server.status = 0;
    assertThat(writer.submit(wish.intent())).isInstanceOf(Committed.class);
  }

  @Test
  void redirect_isNotFollowedWithOurCredentials() {
    server.status = 301;

    assertThat(writer.submit(wish.intent()))
        .isInstanceOf(Blocked.class)
        .asString()
        .contains("redirect");
  }

  @Test
  void missingRepository_isBlocked() {
    server.status = 404;

    assertThat(writer.submit(wish.intent()))
        .isInstanceOf(Blocked.class)
        .asString()
        .contains("RepositoryMissing");
  }

  @Test
  void scenario19_unknownAuthority_isRefusedAndNothingIsWritten() throws Exception {
    String tip = repo.tip();
    HttpsServer https =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(selfSigned()));
    AtomicInteger asked = new AtomicInteger();
    https.createContext("/", exchange -> asked.incrementAndGet());
    https.start();
    try {
      String url =
          "https://localhost:" + https.getAddress().getPort() + "/" + repo.dir.getFileName();
      Blocked blocked = (Blocked) writer.submit(Shop.wish(url).revisions(null, null).intent());
      assertThat(blocked.reason().name()).isEqualTo("HostKey");
      assertThat(blocked.message())
          .contains("a certificate that is not trusted", "trustStore")
          .doesNotContain("s3cret");
    } finally {
      https.stop(0);
    }
    assertThat(asked).as("no request, so no credential, went out").hasValue(0);
    assertThat(repo.tip()).isEqualTo(tip);
  }

  /** Not a question of trust: it passes by itself. */
  @Test
  void tlsConnectionIsCut_isRetryable() throws Exception {
    try (ServerSocket cutting = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(() -> {
            try {
              while (true) {
                cutting.accept().close();
              }
            } catch (IOException _) {
              // The test is over.
            }
          });
      String url = "https://localhost:" + cutting.getLocalPort() + "/" + repo.dir.getFileName();
      assertThat(writer.submit(Shop.wish(url).revisions(null, null).intent()))
          .isInstanceOf(Unreachable.class);
    }
  }

  private SSLContext selfSigned() throws Exception {
    Path keys = dir.resolve("keys.p12");
    List<String> keytool =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
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
            "changeit");
    assertThat(new ProcessBuilder(keytool).inheritIO().start().waitFor()).isZero();
    KeyStore store = KeyStore.getInstance(keys.toFile(), "changeit".toCharArray());
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, "changeit".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  @Test
  void absentHost_isRetryableAndWritesAfterItsReturn() throws IOException {
    String url = server.url(repo);
    server.close();
    WriteOutcome outcome = writer.submit(wish.intent());
    assertThat(outcome).isInstanceOf(Unreachable.class).asString().contains("127.0.0.1");
    assertThat(writer.tipOf(wish.intent().repository())).isInstanceOf(Observed.Unreadable.class);

    server = new HttpGit(dir);
    server.authorization = TOKEN.authorization().orElseThrow();
    assertThat(server.url(repo)).isNotEqualTo(url);
    var again = Shop.wish(server.url(repo)).revisions(null, null);
    assertThat(writer.submit(again.intent())).isInstanceOf(Committed.class);
  }

  @Test
  void cutAfterTheCommands_isResolvedByReading() {
    server.cuts.set(1);

    Committed done = (Committed) writer.submit(wish.intent());

    assertThat(done.commit()).isEqualTo(repo.tip());
    assertThat(repo.reverts()).isEqualTo(1);
  }

  @Test
  void hook_isHeardInItsOwnWords() {
    repo.hook("pre-receive", "echo 'GH006: Protected branch update failed' >&2; exit 1\n");

    assertThat(writer.submit(wish.intent()))
        .isInstanceOf(Refused.class)
        .asString()
        .contains("GH006: Protected branch update failed")
        .contains("pre-receive hook declined");
  }

  @Test
  void rivalsOverHttp_areReplannedOn() {
    RemoteSpy remote = new RemoteSpy();
    for (int i = 0; i < 3; i++) {
      String text = i + "\n";
      remote.beforePush(() -> repo.commit("rival", Map.of("docs/x.md", text)));
    }
    try (JGitWriter racing =
        new JGitWriter(
            LocalRepoCase.settings(dir.resolve("racing"), 20),
            _ -> Observed.known(TOKEN),
            () -> Shop.ASKED,
            GitWriterListener.SILENT,
            remote)) {
      assertThat(racing.submit(wish.intent())).isInstanceOf(Committed.class);
    }
    assertThat(repo.text("docs/x.md")).isEqualTo("2\n");
    assertThat(remote.pushes).isEqualTo(4);
  }

  @Test
  void warmWriter_isFastEnough() {
    writer.tipOf(wish.intent().repository());
    String bad = repo.tip();
    long[] millis = new long[12];
    for (int i = 0; i < millis.length; i++) {
      repo.reset(bad);
      long start = System.nanoTime();
      assertThat(writer.submit(wish.id("intent-" + i + "-abcdef").intent()))
          .isInstanceOf(Committed.class);
      millis[i] = Duration.ofNanos(System.nanoTime() - start).toMillis();
    }
    Arrays.sort(millis);
    System.out.println("verdict to pushed over http, warm, ms: " + Arrays.toString(millis));
    assertThat(millis[millis.length / 2]).isLessThan(1_500);
  }
}
