package dev.palinode.gitwriter.audit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.GpgConfig;
import org.eclipse.jgit.lib.SignatureVerifier;
import org.eclipse.jgit.lib.SignatureVerifiers;
import org.eclipse.jgit.revwalk.RevCommit;
import org.jspecify.annotations.Nullable;

/** Whether commits are signed by a key of an OpenSSH allowed-signers file. */
final class Signatures {
  private final History history;
  private final GpgConfig config;

  Signatures(History history, Path allowedSigners) {
    this.history = history;
    Config settings = new Config();
    settings.setString("gpg", null, "format", "ssh");
    settings.setString(
        "gpg", "ssh", "allowedSignersFile", allowedSigners.toAbsolutePath().toString());
    this.config = new GpgConfig(settings);
  }

  /** What is wrong with the signature, if anything. */
  Optional<String> problem(RevCommit commit) throws IOException {
    byte @Nullable [] signature = commit.getRawGpgSignature();
    if (signature == null) {
      return Optional.of("is not signed");
    }
    if (!new String(signature, StandardCharsets.US_ASCII).startsWith("-----BEGIN SSH SIGNATURE")) {
      return Optional.of("is not signed with an ssh key, which the allowed signers ask for");
    }
    SignatureVerifier.@Nullable SignatureVerification result =
        SignatureVerifiers.verify(history.repository(), config, commit);
    boolean isTrusted =
        result != null
            && result.verified()
            && result.trustLevel() == SignatureVerifier.TrustLevel.FULL;
    return isTrusted
        ? Optional.empty()
        : Optional.of("its signature is not good, or not by one of the allowed signers");
  }
}
