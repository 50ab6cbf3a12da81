package dev.palinode.gitwriter.keys;

import dev.palinode.crds.GitTargetSpec.SigningFormat;
import dev.palinode.gitwriter.CommitSigner;
import java.util.Optional;

/** Makes signers of what a Secret or a file holds, proven by a first signature. */
public final class SigningKeys {
  private static final byte[] PROOF = {'p', 'r', 'o', 'o', 'f'};

  private SigningKeys() {}

  /** A signer, or why there is none. */
  public sealed interface Read {
    record Usable(CommitSigner signer) implements Read {}

    /** {@code problem} is the end of a sentence that begins with the key's place. */
    record Wrong(String problem) implements Read {}
  }

  /**
   * @param key an ssh private key, or an exported OpenPGP secret key, armoured or not
   * @param passphrase if the key is encrypted
   */
  public static Read read(SigningFormat format, byte[] key, Optional<String> passphrase) {
    return switch (format) {
      case ssh ->
          switch (SshKeys.read(key, passphrase)) {
            case SshKeys.Read.Usable(var pair) -> proven(new SshSigner(pair));
            case SshKeys.Read.Wrong(var problem) -> new Read.Wrong(problem);
          };
      case gpg ->
          PgpSigner.read(key, passphrase)
              .map(SigningKeys::proven)
              .orElse(
                  new Read.Wrong(
                      "holds no OpenPGP secret key that can sign with the passphrase beside it:"
                          + " export one with gpg --armor --export-secret-keys"));
    };
  }

  private static Read proven(CommitSigner signer) {
    try {
      var _ = signer.sign(PROOF);
      return new Read.Usable(signer);
    } catch (RuntimeException e) {
      return new Read.Wrong("holds a key that cannot sign");
    }
  }
}
