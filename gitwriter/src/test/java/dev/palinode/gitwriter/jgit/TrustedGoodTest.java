package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Restoration;
import dev.palinode.gitwriter.RestoreBranches.Request;
import dev.palinode.gitwriter.RestoreBranches.Upkeep;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.WriteOutcome.Blocked;
import dev.palinode.gitwriter.WriteOutcome.Committed;
import dev.palinode.gitwriter.keys.TrustedKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Last good commits signed by git itself, with ssh and with gpg. */
class TrustedGoodTest {
  @TempDir Path dir;
  private BareRepo repo;
  private String good;
  private int stores;

  @BeforeEach
  void create() {
    repo = BareRepo.create(dir);
    good = repo.commit("checkout 2.4.0", Shop.good());
  }

  @AfterEach
  void nothingIsBroken() {
    repo.fsck();
  }

  /** The same commit, signed by git. */
  private void sign(String... settings) {
    List<String> command = new ArrayList<>(List.of("env"));
    command.addAll(List.of("GIT_COMMITTER_DATE=" + Shop.T0, "GNUPGHOME=" + dir.resolve("gnupg")));
    command.addAll(List.of("git", "-C", repo.dir.toString()));
    command.addAll(List.of("-c", "user.name=Dana", "-c", "user.email=dana@example.com"));
    for (String setting : settings) {
      command.addAll(List.of("-c", setting));
    }
    command.addAll(List.of("commit-tree", "-S", good + "^{tree}", "-m", "checkout 2.4.0"));
    become(BareRepo.run(dir, command.toArray(String[]::new)).strip());
  }

  private void become(String commit) {
    good = commit;
    repo.reset(good);
  }

  private void signBySsh(String key, String... type) {
    SshServerRig.key(dir, key, type);
    sign("gpg.format=ssh", "user.signingkey=" + dir.resolve(key));
  }

  private String open(String key) throws IOException {
    return Files.readString(dir.resolve(key + ".pub"));
  }

  private static Credentials trusting(String name, String text) {
    var read = TrustedKeys.read(Map.of(name, text.getBytes(StandardCharsets.UTF_8)));
    assertThat(read).isInstanceOf(TrustedKeys.Read.Usable.class);
    return Credentials.none().trusting(((TrustedKeys.Read.Usable) read).verifier());
  }

  private WriteOutcome write(Credentials credentials) {
    String bad = repo.commit("checkout 2.4.1", Shop.bad());
    try (JGitWriter writer =
        new JGitWriter(
            LocalRepoCase.settings(dir.resolve("store" + stores++), 3),
            _ -> Observed.known(credentials),
            () -> Shop.ASKED)) {
      WriteOutcome outcome = writer.submit(Shop.wish(repo.url()).revisions(bad, good).intent());
      assertThat(repo.tip().equals(bad)).as("written").isEqualTo(!isWritten(outcome));
      return outcome;
    }
  }

  private static boolean isWritten(WriteOutcome outcome) {
    return outcome instanceof Committed;
  }

  private static void assertUntrusted(WriteOutcome outcome, String words) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Blocked.class,
            blocked -> {
              assertThat(blocked.reason()).isEqualTo(BlockReason.UntrustedLastGood);
              assertThat(blocked.message()).contains(words, "verification.keysRef");
            });
  }

  @Test
  void unsigned_isNotGoneBackTo() throws IOException {
    SshServerRig.key(dir, "dana");

    assertUntrusted(write(trusting("dana.pub", open("dana"))), "is not signed");
    assertThat(write(Credentials.none())).as("unless nobody asks").isInstanceOf(Committed.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ed25519", "rsa", "ecdsa"})
  void signedByATrustedSshKey_isGoneBackTo(String type) throws IOException {
    signBySsh("dana", "-t", type);

    assertThat(write(trusting("allowed_signers", "dana@example.com " + open("dana"))))
        .isInstanceOf(Committed.class);
  }

  @Test
  void signedByAnotherSshKey_isNotGoneBackTo() throws IOException {
    signBySsh("mallory");
    SshServerRig.key(dir, "dana");

    assertUntrusted(write(trusting("dana.pub", open("dana"))), "which is not trusted");
  }

  @Test
  void signedOutsideOfAKeysTime_isNotGoneBackTo() throws IOException {
    signBySsh("dana");

    assertUntrusted(
        write(trusting("allowed_signers", "* valid-before=\"20200101\" " + open("dana"))),
        "was not valid at");
    assertThat(
            write(
                trusting(
                    "allowed_signers",
                    "* namespaces=\"git,file\",valid-after=\"20200101Z\" " + open("dana"))))
        .isInstanceOf(Committed.class);
  }

  @Test
  void signatureOfAnotherCommit_isNotGoneBackTo() throws IOException {
    signBySsh("dana");
    String raw = repo.git("cat-file", "commit", good);
    become(stored(raw.replace("checkout 2.4.0", "checkout 6.6.6")));

    assertUntrusted(
        write(trusting("dana.pub", open("dana"))), "it was changed after it was signed");
  }

  @Test
  void severalSignatures_areNotChosenBetween() throws IOException {
    signBySsh("dana");
    String raw = repo.git("cat-file", "commit", good);
    String signature = raw.substring(raw.indexOf("gpgsig "), raw.indexOf("\n\n") + 1);
    become(stored(raw.replace(signature, signature + signature)));

    assertUntrusted(write(trusting("dana.pub", open("dana"))), "several signatures");
  }

  @Test
  void garbageForASignature_isNotGoneBackTo() throws IOException {
    signBySsh("dana");
    String raw = repo.git("cat-file", "commit", good);
    int start = raw.indexOf("gpgsig ");
    for (String kind : List.of("SSH", "PGP")) {
      String garbage =
          "gpgsig -----BEGIN %s SIGNATURE-----\n \n AAAA\n -----END %s SIGNATURE-----\n"
              .formatted(kind, kind);
      become(stored(raw.substring(0, start) + garbage + raw.substring(raw.indexOf("\n\n") + 1)));
      assertThat(write(trusting("dana.pub", open("dana"))))
          .isInstanceOfSatisfying(
              Blocked.class,
              blocked -> assertThat(blocked.reason()).isEqualTo(BlockReason.UntrustedLastGood));
    }
  }

  private String stored(String raw) throws IOException {
    Path file = Files.writeString(dir.resolve("raw"), raw);
    return repo.git("hash-object", "-t", "commit", "-w", "--literally", file.toString()).strip();
  }

  @Test
  void proposals_askTheSame() throws IOException {
    SshServerRig.key(dir, "dana");
    String bad = repo.commit("checkout 2.4.1", Shop.bad());
    Credentials credentials = trusting("dana.pub", open("dana"));
    try (JGitRestoreBranches branches =
        new JGitRestoreBranches(
            LocalRepoCase.settings(dir.resolve("store"), 3),
            _ -> Observed.known(credentials),
            () -> Shop.ASKED)) {
      Restoration restoration =
          branches.restore(
              Shop.wish(repo.url()).revisions(bad, good).intent(),
              new Request("rollback/x", Upkeep.Keep, List.of()));
      assertThat(restoration)
          .isInstanceOfSatisfying(
              Restoration.Settled.class, s -> assertUntrusted(s.outcome(), "is not signed"));
    }
    assertThat(repo.git("for-each-ref", "refs/heads/rollback")).isEmpty();
  }

  @Test
  void signedByGpg_isGoneBackToIfTheKeyIsTrusted() throws IOException {
    Path home = Files.createDirectory(dir.resolve("gnupg"));
    try {
      for (String who : List.of("dana", "mallory")) {
        String user = who + "@example.com";
        gpg(home, "--passphrase", "", "--quick-gen-key", user, "ed25519", "sign", "never");
      }
      sign("gpg.format=openpgp", "user.signingkey=dana@example.com");

      assertUntrusted(
          write(trusting("mallory.asc", gpg(home, "--armor", "--export", "mallory@example.com"))),
          "which is not trusted");
      SshServerRig.key(dir, "dana");
      assertUntrusted(write(trusting("dana.pub", open("dana"))), "only ssh keys are trusted");
      assertThat(write(trusting("dana.asc", gpg(home, "--armor", "--export", "dana@example.com"))))
          .isInstanceOf(Committed.class);
    } finally {
      BareRepo.run(dir, "gpgconf", "--homedir", home.toString(), "--kill", "gpg-agent");
    }
  }

  private String gpg(Path home, String... arguments) {
    List<String> command = new ArrayList<>(List.of("gpg", "--homedir", home.toString(), "--batch"));
    command.add("--pinentry-mode=loopback");
    command.addAll(List.of(arguments));
    return BareRepo.run(dir, command.toArray(String[]::new));
  }
}
