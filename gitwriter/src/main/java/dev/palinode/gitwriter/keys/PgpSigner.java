package dev.palinode.gitwriter.keys;

import dev.palinode.gitwriter.CommitSigner;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.Optional;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.bcpg.BCPGOutputStream;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPrivateKey;
import org.bouncycastle.openpgp.PGPSecretKey;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.PGPSecretKeyRingCollection;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;
import org.bouncycastle.openpgp.operator.bc.BcPBESecretKeyDecryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPDigestCalculatorProvider;

/** OpenPGP signatures that {@code git verify-commit} accepts. They differ from one to the next. */
final class PgpSigner implements CommitSigner {
  private final PGPSecretKey key;
  private final PGPPrivateKey secret;

  private PgpSigner(PGPSecretKey key, PGPPrivateKey secret) {
    this.key = key;
    this.secret = secret;
  }

  /** The first key of an exported secret key that may sign; empty if none can be used. */
  static Optional<PgpSigner> read(byte[] exported, Optional<String> passphrase) {
    try (InputStream in = PGPUtil.getDecoderStream(new ByteArrayInputStream(exported))) {
      for (PGPSecretKeyRing ring :
          new PGPSecretKeyRingCollection(in, new BcKeyFingerprintCalculator())) {
        for (PGPSecretKey key : ring) {
          if (key.isSigningKey()
              && !key.isPrivateKeyEmpty()
              && !key.getPublicKey().hasRevocation()) {
            PGPPrivateKey secret =
                key.extractPrivateKey(
                    new BcPBESecretKeyDecryptorBuilder(new BcPGPDigestCalculatorProvider())
                        .build(passphrase.orElse("").toCharArray()));
            return Optional.of(new PgpSigner(key, secret));
          }
        }
      }
      return Optional.empty();
    } catch (IOException | PGPException | RuntimeException e) {
      // The cause is left out: parsers quote what they fail on.
      return Optional.empty();
    }
  }

  @Override
  public String sign(byte[] commit) {
    try {
      PGPSignatureGenerator generator =
          new PGPSignatureGenerator(
              new BcPGPContentSignerBuilder(
                  key.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA512),
              key.getPublicKey());
      generator.init(PGPSignature.BINARY_DOCUMENT, secret);
      PGPSignatureSubpacketGenerator subpackets = new PGPSignatureSubpacketGenerator();
      subpackets.setIssuerFingerprint(false, key);
      subpackets.setSignatureCreationTime(false, new Date());
      generator.setHashedSubpackets(subpackets.generate());
      generator.update(commit);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ArmoredOutputStream armour = ArmoredOutputStream.builder().clearHeaders().build(bytes);
          BCPGOutputStream out = new BCPGOutputStream(armour)) {
        generator.generate().encode(out);
      }
      return bytes.toString(StandardCharsets.US_ASCII).stripTrailing();
    } catch (IOException | PGPException e) {
      throw new IllegalStateException("a key that could sign cannot any more: " + e.getClass());
    }
  }
}
