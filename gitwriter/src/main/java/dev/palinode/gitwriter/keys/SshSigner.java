package dev.palinode.gitwriter.keys;

import dev.palinode.gitwriter.CommitSigner;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Base64;
import java.util.Optional;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/**
 * Signatures that {@code git verify-commit} and {@code ssh-keygen -Y verify} accept, as OpenSSH's
 * PROTOCOL.sshsig lays down. Ed25519 and RSA give the same bytes every time, ECDSA does not.
 */
final class SshSigner implements CommitSigner {
  private static final byte[] MAGIC = "SSHSIG".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final String NAMESPACE = "git";
  private static final String HASH = "sha512";
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(70, "\n".getBytes(StandardCharsets.US_ASCII));

  private final KeyPair key;
  private final BuiltinSignatures algorithm;

  SshSigner(KeyPair key) {
    this.key = key;
    this.algorithm = algorithm(key.getPublic()).orElseThrow();
  }

  /** RSA keys sign with SHA-512: OpenSSH refuses the SHA-1 form that shares the key's name. */
  static Optional<BuiltinSignatures> algorithm(PublicKey key) {
    return switch (String.valueOf(KeyUtils.getKeyType(key))) {
      case KeyPairProvider.SSH_ED25519 -> Optional.of(BuiltinSignatures.ed25519);
      case KeyPairProvider.SSH_RSA -> Optional.of(BuiltinSignatures.rsaSHA512);
      case "ecdsa-sha2-nistp256" -> Optional.of(BuiltinSignatures.nistp256);
      case "ecdsa-sha2-nistp384" -> Optional.of(BuiltinSignatures.nistp384);
      case "ecdsa-sha2-nistp521" -> Optional.of(BuiltinSignatures.nistp521);
      default -> Optional.empty();
    };
  }

  @Override
  public String sign(byte[] commit) {
    Buffer publicKey = new ByteArrayBuffer();
    publicKey.putRawPublicKey(key.getPublic());
    Buffer signature = new ByteArrayBuffer();
    signature.putString(algorithm.getName());
    signature.putBytes(signed(commit));
    Buffer all = new ByteArrayBuffer();
    all.putRawBytes(MAGIC);
    all.putUInt(VERSION);
    all.putBytes(publicKey.getCompactData());
    all.putString(NAMESPACE);
    all.putString("");
    all.putString(HASH);
    all.putBytes(signature.getCompactData());
    return "-----BEGIN SSH SIGNATURE-----\n"
        + LINES.encodeToString(all.getCompactData())
        + "\n-----END SSH SIGNATURE-----";
  }

  private byte[] signed(byte[] commit) {
    Buffer data = new ByteArrayBuffer();
    data.putRawBytes(MAGIC);
    data.putString(NAMESPACE);
    data.putString("");
    data.putString(HASH);
    data.putBytes(hash(commit));
    Signature signer = algorithm.create();
    try {
      signer.initSigner(null, key.getPrivate());
      signer.update(null, data.getCompactData());
      return signer.sign(null);
    } catch (Exception e) {
      // The key was proven by a first signature when it was read. The cause may hold key material.
      throw new IllegalStateException("a key that could sign cannot any more: " + e.getClass());
    }
  }

  private static byte[] hash(byte[] commit) {
    try {
      return MessageDigest.getInstance("SHA-512").digest(commit);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
