package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.WriteOutcome.Blocked;
import dev.palinode.gitwriter.WriteOutcome.Committed;
import dev.palinode.gitwriter.WriteOutcome.Refused;
import dev.palinode.gitwriter.keys.SshKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The writer over ssh: only hosts whose key is known, only with the key of the Secret. */
@Tag("embedded")
class SshTest {
  @TempDir Path dir;
  private BareRepo repo;
  private KeyPair host;
  private KeyPair client;
  private SshServerRig server;
  private String good;
  private String bad;

  @BeforeEach
  void serve() throws IOException {
    repo = BareRepo.create(dir);
    good = repo.commit("checkout 2.4.0", Shop.good());
    bad = repo.commit("checkout 2.4.1", Shop.bad());
    host = SshServerRig.key(dir, "host");
    client = SshServerRig.key(dir, "client");
    server = SshServerRig.inProcess(host, client);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    repo.fsck();
  }

  private WriteOutcome submit(Credentials credentials) {
    JGitWriter.Settings settings = LocalRepoCase.settings(dir.resolve("store"), 5);
    try (JGitWriter writer =
        new JGitWriter(settings, _ -> Observed.known(credentials), () -> Shop.ASKED)) {
      return writer.submit(Shop.wish(server.url(repo)).revisions(bad, good).intent());
    }
  }

  private void assertRefused(WriteOutcome outcome, BlockReason reason, String... words) {
    assertThat(outcome).isInstanceOf(Blocked.class);
    assertThat(((Blocked) outcome).reason()).as(outcome.toString()).isEqualTo(reason);
    for (String word : words) {
      assertThat(((Blocked) outcome).message()).contains(word);
    }
    assertThat(((Blocked) outcome).message()).doesNotContain("PRIVATE");
    assertThat(repo.tip()).isEqualTo(bad);
  }

  @Test
  void knownHostAndKey_getTheCommitThrough() {
    assertThat(submit(server.credentials(client, host))).isInstanceOf(Committed.class);
    assertThat(repo.text(Shop.DEPLOYMENT)).isEqualTo(Shop.deployment(Shop.GOOD_IMAGE));
  }

  @Test
  void openSshServer_takesTheCommitAndIsHeldToItsKey() throws IOException {
    assumeTrue(
        SshServerRig.hasOpenSsh() || System.getenv("CI") != null,
        "no sshd on this machine: install openssh-server");
    server.close();
    server = SshServerRig.openSsh(dir);
    KeyPair other = SshServerRig.key(dir, "other");

    assertRefused(
        submit(server.credentials(client, other)), BlockReason.HostKey, "not the known one");
    assertRefused(submit(server.credentials(other, host)), BlockReason.Credentials);
    assertThat(submit(server.credentials(client, host))).isInstanceOf(Committed.class);
  }

  @Test
  void rsaAndEcdsaKeys_getIn() throws IOException {
    for (String[] type : new String[][] {{"-t", "rsa", "-b", "2048"}, {"-t", "ecdsa"}}) {
      server.close();
      KeyPair key = SshServerRig.key(dir, type[1], type);
      server = SshServerRig.inProcess(host, key);
      repo.reset(bad);
      assertThat(submit(server.credentials(key, host))).isInstanceOf(Committed.class);
    }
  }

  @Test
  void scenario19_unknownHost_isRefusedAndNothingIsWritten() {
    Credentials elsewhere =
        Credentials.ssh(
            client,
            "git.example.com " + SshKeys.publicLine(host),
            "Secret palinode-system/shop-git");
    assertRefused(
        submit(elsewhere),
        BlockReason.HostKey,
        "is unknown",
        SshKeys.fingerprint(host),
        "known_hosts in Secret palinode-system/shop-git");
  }

  @Test
  void scenario19_changedHostKey_isRefusedAndNothingIsWritten() {
    KeyPair before = SshServerRig.key(dir, "before");
    assertRefused(
        submit(server.credentials(client, before)),
        BlockReason.HostKey,
        "is not the known one",
        SshKeys.fingerprint(host));
  }

  @Test
  void revokedHostKey_isRefused() {
    String line = "[127.0.0.1]:" + server.port() + " " + SshKeys.publicLine(host) + "\n";
    assertRefused(
        submit(Credentials.ssh(client, line + "@revoked " + line, "x")), BlockReason.HostKey);
  }

  @Test
  void hashedHost_isKnown() throws IOException {
    Path file = dir.resolve("known");
    java.nio.file.Files.writeString(
        file, "[127.0.0.1]:" + server.port() + " " + SshKeys.publicLine(host) + "\n");
    BareRepo.run(dir, "ssh-keygen", "-q", "-H", "-f", file.toString());
    String hashed = java.nio.file.Files.readString(file);
    assertThat(hashed).startsWith("|1|");
    assertThat(submit(Credentials.ssh(client, hashed, "x"))).isInstanceOf(Committed.class);
  }

  @Test
  void emptyKnownHosts_letNobodyIn() {
    assertRefused(submit(Credentials.ssh(client, "# nobody\nrubbish\n", "x")), BlockReason.HostKey);
  }

  @Test
  void foreignKey_isBlockedWithItsPlace() {
    assertRefused(
        submit(server.credentials(SshServerRig.key(dir, "foreign"), host)),
        BlockReason.Credentials,
        "Secret palinode-system/shop-git");
  }

  @Test
  void noKey_isBlocked() {
    assertRefused(submit(Credentials.none()), BlockReason.HostKey, "credentialsRef");
  }

  @Test
  void hook_isHeardInItsOwnWords() {
    repo.hook("pre-receive", "echo 'change freeze until Monday'; exit 1\n");
    assertThat(submit(server.credentials(client, host)))
        .isInstanceOf(Refused.class)
        .asString()
        .contains("change freeze until Monday");
  }

  @Test
  void absentServer_isUnreachable() throws IOException {
    server.close();
    assertThat(submit(server.credentials(client, host)))
        .isInstanceOf(WriteOutcome.Unreachable.class);
  }
}
