package dev.palinode.gitwriter.keys;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.Optional;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.jspecify.annotations.Nullable;

/** Reads ssh private keys: ed25519, RSA and ECDSA, as OpenSSH and PEM write them. */
public final class SshKeys {
  private SshKeys() {}

  /** A key, or why there is none. */
  public sealed interface Read {
    record Usable(KeyPair key) implements Read {}

    /** {@code problem} is the end of a sentence that begins with the key's place. */
    record Wrong(String problem) implements Read {}
  }

  /**
   * @param passphrase if the key is encrypted
   */
  public static Read read(byte[] key, Optional<String> passphrase) {
    String text = new String(key, StandardCharsets.UTF_8);
    if (!text.contains("PRIVATE KEY-----")) {
      return new Read.Wrong("is no private key: put the whole file in, from -----BEGIN on");
    }
    // OpenSSH itself does not read a key without its final line end, and editors drop it.
    byte[] whole = (text.strip() + "\n").getBytes(StandardCharsets.UTF_8);
    FilePasswordProvider password =
        passphrase.map(FilePasswordProvider::of).orElse(FilePasswordProvider.EMPTY);
    try {
      @Nullable Iterable<KeyPair> pairs =
          SecurityUtils.loadKeyPairIdentities(
              null, NamedResource.ofName("key"), new ByteArrayInputStream(whole), password);
      if (pairs != null) {
        for (KeyPair pair : pairs) {
          return isSupported(pair)
              ? new Read.Usable(pair)
              : new Read.Wrong("is of a kind that is not used here: make an ed25519 key");
        }
      }
      return new Read.Wrong("holds no key that can be read: make an ed25519 key");
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      // The cause is left out: parsers quote what they fail on.
      return new Read.Wrong(
          passphrase.isPresent()
              ? "cannot be read with the passphrase beside it"
              : "cannot be read: it is damaged, or needs the key passphrase beside it");
    }
  }

  private static boolean isSupported(KeyPair pair) {
    return SshSigner.algorithm(pair.getPublic()).isPresent();
  }

  /** The public half as a line of authorized_keys or allowed_signers has it. */
  public static String publicLine(KeyPair key) {
    return PublicKeyEntry.toString(key.getPublic());
  }

  /** What people compare: SHA256:... */
  public static String fingerprint(KeyPair key) {
    return String.valueOf(KeyUtils.getFingerPrint(key.getPublic()));
  }
}
