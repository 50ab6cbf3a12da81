package dev.palinode.gitwriter.keys;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPPublicKeyRingCollection;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.jcajce.JcaPGPObjectFactory;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;
import org.jspecify.annotations.Nullable;

/** Checks OpenPGP signatures of commits against exported public keys. */
final class PgpTrust {
  private static final String DAMAGED = "has an OpenPGP signature that cannot be read";

  private PgpTrust() {}

  /**
   * @param into where the keys go
   * @return what is wrong with the text, as the end of a sentence that begins with its name
   */
  static Optional<String> read(byte[] exported, List<PGPPublicKeyRing> into) {
    int before = into.size();
    try (var in = PGPUtil.getDecoderStream(new ByteArrayInputStream(exported))) {
      for (PGPPublicKeyRing ring :
          new PGPPublicKeyRingCollection(in, new BcKeyFingerprintCalculator())) {
        into.add(ring);
      }
    } catch (IOException | PGPException | RuntimeException e) {
      // Said below.
    }
    return into.size() > before
        ? Optional.empty()
        : Optional.of(
            "holds no OpenPGP public key that can be read: export one with gpg --armor --export");
  }

  static Optional<String> problem(byte[] commit, byte[] armour, List<PGPPublicKeyRing> rings) {
    try {
      return checked(commit, armour, rings);
    } catch (IOException | PGPException | RuntimeException e) {
      // What the signature holds was written by whoever made the commit: anything may be in it.
      return Optional.of(DAMAGED);
    }
  }

  private static Optional<String> checked(
      byte[] commit, byte[] armour, List<PGPPublicKeyRing> rings) throws IOException, PGPException {
    Optional<PGPSignature> found = signature(armour);
    if (found.isEmpty() || found.get().getSignatureType() != PGPSignature.BINARY_DOCUMENT) {
      return Optional.of(DAMAGED);
    }
    PGPSignature signature = found.get();
    String id = "%016X".formatted(signature.getKeyID()).toUpperCase(Locale.ROOT);
    @Nullable PGPPublicKey key = null;
    boolean isWithdrawn = false;
    for (PGPPublicKeyRing ring : rings) {
      @Nullable PGPPublicKey candidate = ring.getPublicKey(signature.getKeyID());
      if (candidate != null) {
        key = candidate;
        isWithdrawn = candidate.hasRevocation() || ring.getPublicKey().hasRevocation();
      }
    }
    if (key == null) {
      return Optional.of("is signed by the OpenPGP key " + id + ", which is not trusted");
    }
    Instant made = signature.getCreationTime().toInstant();
    if (isWithdrawn || !isValid(key, made)) {
      return Optional.of(
          "is signed by the OpenPGP key %s, which was revoked or not valid at %s"
              .formatted(id, made));
    }
    if (isWeak(signature.getHashAlgorithm())) {
      return Optional.of("has an OpenPGP signature over a hash that can be forged: use SHA-256");
    }
    signature.init(new BcPGPContentVerifierBuilderProvider(), key);
    signature.update(commit);
    return signature.verify()
        ? Optional.empty()
        : Optional.of("does not match its signature: it was changed after it was signed");
  }

  private static Optional<PGPSignature> signature(byte[] armour) throws IOException {
    try (var in = PGPUtil.getDecoderStream(new ByteArrayInputStream(armour))) {
      Object first = new JcaPGPObjectFactory(in).nextObject();
      return first instanceof PGPSignatureList list && list.size() == 1
          ? Optional.of(list.get(0))
          : Optional.empty();
    }
  }

  private static boolean isValid(PGPPublicKey key, Instant made) {
    Instant born = key.getCreationTime().toInstant();
    long seconds = key.getValidSeconds();
    return !made.isBefore(born) && (seconds == 0 || made.isBefore(born.plusSeconds(seconds)));
  }

  private static boolean isWeak(int hash) {
    return switch (hash) {
      case HashAlgorithmTags.SHA256,
          HashAlgorithmTags.SHA384,
          HashAlgorithmTags.SHA512,
          HashAlgorithmTags.SHA224 ->
          false;
      default -> true;
    };
  }
}
