package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.GitTargetSpec.SigningFormat;
import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.CommitSigner;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome.Committed;
import dev.palinode.gitwriter.audit.Answer;
import dev.palinode.gitwriter.audit.Audit;
import dev.palinode.gitwriter.audit.Rules;
import dev.palinode.gitwriter.keys.SigningKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signed commits, as git itself sees them. */
class SigningTest extends LocalRepoCase {
  private void submitSigned(CommitSigner signer) {
    try (JGitWriter signing =
        new JGitWriter(
            settings(dir.resolve("signing"), 3),
            _ -> Observed.known(Credentials.none().signing(signer)),
            () -> Shop.ASKED)) {
      assertThat(signing.submit(wish.intent())).isInstanceOf(Committed.class);
    }
  }

  private CommitSigner signer(String file, String passphrase) throws IOException {
    var read =
        SigningKeys.read(
            SigningFormat.ssh,
            Files.readAllBytes(dir.resolve(file)),
            Optional.of(passphrase).filter(p -> !p.isEmpty()));
    assertThat(read).isInstanceOf(SigningKeys.Read.Usable.class);
    return ((SigningKeys.Read.Usable) read).signer();
  }

  private Path allowed(String name) throws IOException {
    String key = Files.readString(dir.resolve(name + ".pub"));
    return Files.writeString(dir.resolve("allowed"), "palinode@example.com " + key);
  }

  private Answer verified(Path signers) {
    return Audit.of(
        repo.dir,
        "main",
        new Rules(Optional.of(signers), Optional.empty(), List.of(), false),
        Map.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ed25519", "rsa", "ecdsa"})
  void scenario20_sshSignature_isAcceptedByGit(String type) throws IOException {
    SshServerRig.key(dir, "signing-key", "-t", type);
    submitSigned(signer("signing-key", ""));

    repo.git(
        "-c",
        "gpg.format=ssh",
        "-c",
        "gpg.ssh.allowedSignersFile=" + allowed("signing-key"),
        "verify-commit",
        "main");
    assertThat(repo.git("cat-file", "commit", "main")).contains("gpgsig -----BEGIN SSH SIGNATURE");
    assertThat(((Answer.Looked) verified(allowed("signing-key"))).isFine()).isTrue();
    assertThat(((Answer.Looked) verified(allowed("signing-key"))).verdicts()).hasSize(1);
  }

  @Test
  void otherKey_isNotAcceptedByAnybody() throws IOException {
    SshServerRig.key(dir, "signing-key");
    SshServerRig.key(dir, "other-key");
    submitSigned(signer("signing-key", ""));

    Answer.Looked looked = (Answer.Looked) verified(allowed("other-key"));

    assertThat(looked.verdicts().getFirst().findings())
        .singleElement()
        .asString()
        .contains("allowed signers");
  }

  @Test
  void sameIntentOnSameParent_isTheSameSignedCommit() throws IOException {
    SshServerRig.key(dir, "signing-key");
    submitSigned(signer("signing-key", ""));
    String first = repo.tip();
    repo.reset(bad);
    submitSigned(signer("signing-key", ""));
    assertThat(repo.tip()).isEqualTo(first);
  }

  @Test
  void encryptedKey_opensWithItsPassphraseOnly() throws IOException {
    SshServerRig.key(dir, "signing-key");
    BareRepo.run(
        dir, "ssh-keygen", "-q", "-p", "-P", "", "-N", "s3cret", "-f", dir + "/signing-key");
    submitSigned(signer("signing-key", "s3cret"));

    byte[] key = Files.readAllBytes(dir.resolve("signing-key"));
    for (Optional<String> wrong : List.of(Optional.<String>empty(), Optional.of("nope"))) {
      assertThat(SigningKeys.read(SigningFormat.ssh, key, wrong))
          .isInstanceOf(SigningKeys.Read.Wrong.class);
    }
  }

  @Test
  void scenario20_pgpSignature_isAcceptedByGit() throws IOException {
    PgpKey key = PgpKey.create("palinode@example.com");
    var read = SigningKeys.read(SigningFormat.gpg, key.secret(), Optional.empty());
    assertThat(read).isInstanceOf(SigningKeys.Read.Usable.class);
    submitSigned(((SigningKeys.Read.Usable) read).signer());

    Path home = Files.createDirectory(dir.resolve("gnupg"));
    Path file = Files.write(dir.resolve("public.asc"), key.open());
    BareRepo.run(
        dir,
        "gpg",
        "--homedir",
        home.toString(),
        "--batch",
        "--no-autostart",
        "--import",
        file + "");
    BareRepo.run(
        dir, "env", "GNUPGHOME=" + home, "git", "-C", repo.dir + "", "verify-commit", "main");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI public",
        "-----BEGIN OPENSSH PRIVATE KEY-----\n"
            + "c2VjcmV0LW1hdGVyaWFs\n"
            + "-----END OPENSSH PRIVATE KEY-----\n"
      })
  void brokenKey_isASentenceWithoutAnyOfIt(String text) {
    for (SigningFormat format : SigningFormat.values()) {
      var read = SigningKeys.read(format, text.getBytes(StandardCharsets.UTF_8), Optional.empty());
      assertThat(read).isInstanceOf(SigningKeys.Read.Wrong.class);
      assertThat(read.toString()).doesNotContain("c2Vjcm", "secret-material", "AAAAC3");
    }
  }
}
