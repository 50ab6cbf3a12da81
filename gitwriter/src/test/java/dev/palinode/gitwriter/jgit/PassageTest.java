package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.Authority;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.LoopbackProxy;
import dev.palinode.gitwriter.Passage;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.WriteOutcome.Blocked;
import dev.palinode.gitwriter.WriteOutcome.Committed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Own authorities, client certificates and proxies, against git's own server over real TLS. */
class PassageTest {
  private static final Authority OURS = new Authority("ours");
  private static final Authority OTHERS = new Authority("others");
  private static final String HOST = "git.example.invalid";
  private static final Credentials TOKEN =
      Credentials.token("s3cret+token/x", "key token of Secret palinode-system/shop-git");
  private static final Passage.Login LOGIN = new Passage.Login("bot", "pr0xy-pass");

  @TempDir Path dir;
  private HttpGit server;
  private LoopbackProxy proxy;
  private BareRepo repo;
  private String bad;
  private String good;
  private int stores;

  @BeforeEach
  void create() {
    repo = BareRepo.create(dir);
    good = repo.commit("checkout 2.4.0", Shop.good());
    bad = repo.commit("checkout 2.4.1", Shop.bad());
  }

  @AfterEach
  void stop() throws IOException {
    if (server != null) {
      server.close();
    }
    if (proxy != null) {
      proxy.close();
    }
    repo.fsck();
  }

  private void serve(String host, boolean asksForCertificate) throws IOException {
    server = HttpGit.overTls(dir, OURS.context(OURS.server(host)), asksForCertificate);
    server.authorization = TOKEN.authorization().orElseThrow();
  }

  private static Passage way(Optional<String> believed, Optional<Authority.Issued> shown) {
    return Passage.USUAL.with(Authority.tls(believed, shown));
  }

  private String url() {
    return "https://localhost:" + server.port() + "/" + repo.dir.getFileName();
  }

  private WriteOutcome write(String url, Passage way) {
    try (JGitWriter writer =
        new JGitWriter(
            LocalRepoCase.settings(dir.resolve("store" + stores++), 20),
            _ -> Observed.known(TOKEN.via(way)),
            () -> Shop.ASKED)) {
      return writer.submit(Shop.wish(url).revisions(bad, good).intent());
    }
  }

  private List<Doctor.Check> doctor(String url, Passage way) {
    Path mirror = dir.resolve("doctor" + stores++);
    return new Doctor(new Repository(url, "main"), TOKEN.via(way), mirror, true).examine().checks();
  }

  private void assertBlocked(WriteOutcome outcome, BlockReason reason, String... words) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Blocked.class,
            blocked -> {
              assertThat(blocked.reason()).isEqualTo(reason);
              assertThat(blocked.message())
                  .contains(words)
                  .doesNotContain("s3cret", "pr0xy-pass", "PRIVATE KEY");
            });
    assertThat(repo.tip()).as("nothing is written").isEqualTo(bad);
  }

  @Test
  void ownAuthority_isNeededAndEnough() throws IOException {
    serve("localhost", false);

    assertBlocked(write(url(), Passage.USUAL), BlockReason.HostKey, "ca.crt", "trustStore");
    assertThat(server.seenAuthorizations).as("the token stays at home").isEmpty();

    assertThat(write(url(), way(Optional.of(OURS.pem()), Optional.empty())))
        .isInstanceOf(Committed.class);
    assertThat(repo.text(Shop.DEPLOYMENT)).isEqualTo(Shop.deployment(Shop.GOOD_IMAGE));
  }

  @Test
  void anotherAuthority_isNotBelieved() throws IOException {
    serve("localhost", false);

    assertBlocked(
        write(url(), way(Optional.of(OTHERS.pem()), Optional.empty())),
        BlockReason.HostKey,
        "correct ca.crt");
    assertThat(server.seenAuthorizations).isEmpty();
  }

  @Test
  void certificateOfAnotherHost_isRefusedThoughItsAuthorityIsBelieved() throws IOException {
    serve("elsewhere.example.com", false);

    assertBlocked(
        write(url(), way(Optional.of(OURS.pem()), Optional.empty())),
        BlockReason.HostKey,
        "not trusted");
    assertThat(server.seenAuthorizations).isEmpty();
  }

  @Test
  void clientCertificate_isNeededWhereTheServerAsksForOne() throws IOException {
    serve("localhost", true);

    assertBlocked(
        write(url(), way(Optional.of(OURS.pem()), Optional.empty())),
        BlockReason.Credentials,
        "a client certificate, and there is none",
        "tls.crt and tls.key");
    assertBlocked(
        write(url(), way(Optional.of(OURS.pem()), Optional.of(OTHERS.client("palinode")))),
        BlockReason.Credentials,
        "another client certificate");
    assertThat(server.seenAuthorizations).isEmpty();

    assertThat(write(url(), way(Optional.of(OURS.pem()), Optional.of(OURS.client("palinode")))))
        .isInstanceOf(Committed.class);
  }

  @Test
  void doctor_goesTheSameWay() throws IOException {
    serve("localhost", true);

    assertThat(doctor(url(), way(Optional.of(OURS.pem()), Optional.of(OURS.client("palinode")))))
        .extracting(Doctor.Check::level)
        .doesNotContain(Doctor.Level.broken);
    assertThat(doctor(url(), Passage.USUAL))
        .anySatisfy(check -> {
          assertThat(check.level()).isEqualTo(Doctor.Level.broken);
          assertThat(check.message()).contains("ca.crt");
        });
  }

  @Test
  void proxy_forwardsToAHostThatOnlyItKnows() throws IOException {
    server = new HttpGit(dir);
    server.authorization = TOKEN.authorization().orElseThrow();
    proxy = new LoopbackProxy(server.port());
    String url = "http://" + HOST + "/" + repo.dir.getFileName();

    assertThat(write(url, proxy.passage(Optional.empty()))).isInstanceOf(Committed.class);
    assertThat(proxy.passed)
        .anyMatch(line -> line.startsWith("GET http://" + HOST + "/"))
        .anyMatch(line -> line.startsWith("POST http://" + HOST + "/"));
  }

  @Test
  void proxyWithPassword_forwardsOnlyWithIt() throws IOException {
    server = new HttpGit(dir);
    server.authorization = TOKEN.authorization().orElseThrow();
    proxy = new LoopbackProxy(server.port());
    proxy.authorization = LOGIN.header();
    String url = "http://" + HOST + "/" + repo.dir.getFileName();

    assertBlocked(
        write(url, proxy.passage(Optional.empty())),
        BlockReason.Credentials,
        "the proxy 127.0.0.1",
        "Secret palinode-system/proxy");
    assertThat(proxy.passed).isEmpty();

    assertThat(write(url, proxy.passage(Optional.of(LOGIN)))).isInstanceOf(Committed.class);
  }

  @Test
  void proxyWithPassword_tunnelsAndKeepsThePasswordToItself() throws IOException {
    serve(HOST, true);
    proxy = new LoopbackProxy(server.port());
    proxy.authorization = LOGIN.header();
    Passage.Tls tls = Authority.tls(Optional.of(OURS.pem()), Optional.of(OURS.client("palinode")));
    String url = "https://" + HOST + "/" + repo.dir.getFileName();

    assertBlocked(
        write(url, proxy.passage(Optional.of(new Passage.Login("bot", "wr0ng"))).with(tls)),
        BlockReason.Credentials,
        "the proxy 127.0.0.1",
        "Secret palinode-system/proxy");
    assertThat(proxy.passed).isEmpty();

    assertThat(write(url, proxy.passage(Optional.of(LOGIN)).with(tls)))
        .isInstanceOf(Committed.class);
    assertThat(proxy.passed).isNotEmpty().allMatch(("CONNECT " + HOST + ":443")::equals);
    assertThat(server.seenProxyLogins).isEmpty();
    assertThat(doctor(url, proxy.passage(Optional.of(LOGIN)).with(tls)))
        .extracting(Doctor.Check::level)
        .doesNotContain(Doctor.Level.broken);
  }

  @Test
  void absentProxy_isTriedAgain() throws IOException {
    server = new HttpGit(dir);
    LoopbackProxy gone = new LoopbackProxy(server.port());
    gone.close();

    assertThat(
            write(
                "http://" + HOST + "/" + repo.dir.getFileName(), gone.passage(Optional.of(LOGIN))))
        .isInstanceOf(WriteOutcome.Unreachable.class);
    assertThat(server.seenAuthorizations).isEmpty();
  }

  @Test
  void nothingOfAWay_isShown() {
    Passage way =
        new Passage(
            Optional.of(Authority.tls(Optional.of(OURS.pem()), Optional.of(OURS.client("x")))),
            Optional.of(new Passage.Proxy("proxy.example.com", 3128, Optional.of(LOGIN), "x")));

    assertThat(TOKEN.via(way).toString() + way + way.proxy())
        .contains("own authorities", "a client certificate", "proxy.example.com:3128")
        .doesNotContain("pr0xy-pass", "PRIVATE");
    assertThat(TOKEN.via(way).scrub("it said " + LOGIN.header() + " and pr0xy-pass"))
        .doesNotContain("pr0xy-pass", LOGIN.header());
  }
}
