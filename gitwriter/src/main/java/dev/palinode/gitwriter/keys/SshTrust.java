package dev.palinode.gitwriter.keys;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/** Checks ssh signatures of commits, as OpenSSH's PROTOCOL.sshsig lays down. */
final class SshTrust {
  private static final byte[] MAGIC = "SSHSIG".getBytes(StandardCharsets.US_ASCII);
  private static final String NAMESPACE = "git";
  private static final String DAMAGED = "has an ssh signature that cannot be read";

  private SshTrust() {}

  static Optional<String> problem(
      byte[] commit, String armour, Instant at, List<AllowedSigner> signers) {
    try {
      return checked(commit, armour, at, signers);
    } catch (Exception e) {
      // What the signature holds was written by whoever made the commit: anything may be in it.
      return Optional.of(DAMAGED);
    }
  }

  private static Optional<String> checked(
      byte[] commit, String armour, Instant at, List<AllowedSigner> signers) throws Exception {
    Buffer blob = new ByteArrayBuffer(decoded(armour));
    byte[] magic = new byte[MAGIC.length];
    blob.getRawBytes(magic);
    if (!MessageDigest.isEqual(magic, MAGIC) || blob.getInt() != 1) {
      return Optional.of(DAMAGED);
    }
    PublicKey key = new ByteArrayBuffer(blob.getBytes()).getRawPublicKey();
    String namespace = blob.getString();
    String reserved = blob.getString();
    String hash = blob.getString();
    byte[] signature = blob.getBytes();
    if (!namespace.equals(NAMESPACE)) {
      return Optional.of("has a signature that was made for something else than git");
    }
    List<AllowedSigner> allowed = AllowedSigner.of(key, signers);
    if (allowed.isEmpty()) {
      return Optional.of(
          "is signed by the ssh key %s, which is not trusted"
              .formatted(KeyUtils.getFingerPrint(key)));
    }
    if (allowed.stream().noneMatch(signer -> signer.isValid(at))) {
      return Optional.of(
          "is signed by the ssh key %s, which was not valid at %s"
              .formatted(KeyUtils.getFingerPrint(key), at));
    }
    Buffer signed = new ByteArrayBuffer();
    signed.putRawBytes(MAGIC);
    signed.putString(namespace);
    signed.putString(reserved);
    signed.putString(hash);
    signed.putBytes(digest(hash, commit));
    return isGood(key, signed.getCompactData(), signature)
        ? Optional.empty()
        : Optional.of("does not match its signature: it was changed after it was signed");
  }

  private static byte[] decoded(String armour) {
    String body =
        armour
            .replace("-----BEGIN SSH SIGNATURE-----", "")
            .replace("-----END SSH SIGNATURE-----", "")
            .replaceAll("\\s", "");
    return Base64.getDecoder().decode(body);
  }

  private static byte[] digest(String hash, byte[] commit) throws NoSuchAlgorithmException {
    return switch (hash) {
      case "sha512" -> MessageDigest.getInstance("SHA-512").digest(commit);
      case "sha256" -> MessageDigest.getInstance("SHA-256").digest(commit);
      default -> throw new NoSuchAlgorithmException(hash);
    };
  }

  /** RSA keys sign with SHA-2 only, whatever the signature says. */
  private static boolean isGood(PublicKey key, byte[] signed, byte[] signature) throws Exception {
    String algorithm = new ByteArrayBuffer(signature).getString();
    BuiltinSignatures own = SshSigner.algorithm(key).orElseThrow();
    BuiltinSignatures used =
        own == BuiltinSignatures.rsaSHA512
                && algorithm.equals(BuiltinSignatures.rsaSHA256.getName())
            ? BuiltinSignatures.rsaSHA256
            : own;
    if (!algorithm.equals(used.getName())) {
      return false;
    }
    Signature verifier = used.create();
    verifier.initVerifier(null, key);
    verifier.update(null, signed);
    return verifier.verify(null, signature);
  }
}
