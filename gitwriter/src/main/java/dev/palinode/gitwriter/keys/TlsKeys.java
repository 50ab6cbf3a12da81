package dev.palinode.gitwriter.keys;

import dev.palinode.gitwriter.Passage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Makes TLS settings of PEM texts, without a file. */
public final class TlsKeys {
  private static final char[] UNUSED = {};
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");
  private static final byte[] PROOF = "proof".getBytes(StandardCharsets.US_ASCII);

  private TlsKeys() {}

  /** The texts that settings are made of. */
  public enum Piece {
    Authorities,
    Certificate,
    Key
  }

  /** Settings, or why there are none. */
  public sealed interface Read {
    record Usable(Passage.Tls tls) implements Read {}

    /** {@code problem} is the end of a sentence that begins with the place of {@code piece}. */
    record Wrong(Piece piece, String problem) implements Read {}
  }

  /** Nothing of the texts is in it: parsers quote what they fail on. */
  private static final class Unfit extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Read.Wrong wrong;

    Unfit(Piece piece, String problem) {
      super(problem);
      this.wrong = new Read.Wrong(piece, problem);
    }
  }

  /**
   * @param authorities certificates in PEM, believed instead of the platform's
   * @param certificate in PEM, the own one first, then those that lead to its authority
   * @param key of the certificate, in PEM
   */
  public static Read read(
      Optional<byte[]> authorities, Optional<byte[]> certificate, Optional<byte[]> key) {
    try {
      if (certificate.isPresent() != key.isPresent()) {
        throw certificate.isPresent()
            ? new Unfit(Piece.Key, "is missing beside the certificate: put its private key there")
            : new Unfit(Piece.Certificate, "is missing beside the key: put its certificate there");
      }
      TrustManager @Nullable [] believed =
          authorities.isPresent() ? believing(authorities.get()) : null;
      KeyManager @Nullable [] shown =
          certificate.isPresent() && key.isPresent() ? showing(certificate.get(), key.get()) : null;
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(shown, believed, null);
      return new Read.Usable(
          new Passage.Tls(
              context, mark(authorities, certificate, key), believed != null, shown != null));
    } catch (Unfit e) {
      return e.wrong;
    } catch (IOException | GeneralSecurityException e) {
      // Each piece has been read by now: only the platform itself is left to fail.
      throw new IllegalStateException("TLS cannot be set up: " + e.getClass(), e);
    }
  }

  private static TrustManager[] believing(byte[] pem)
      throws Unfit, IOException, GeneralSecurityException {
    KeyStore believed = empty();
    for (Certificate each : certificates(pem, Piece.Authorities)) {
      believed.setCertificateEntry("authority-" + believed.size(), each);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(believed);
    return trust.getTrustManagers();
  }

  private static KeyManager[] showing(byte[] certificate, byte[] key)
      throws Unfit, IOException, GeneralSecurityException {
    Certificate[] chain = certificates(certificate, Piece.Certificate).toArray(Certificate[]::new);
    PrivateKey own = key(key, chain[0].getPublicKey());
    KeyStore shown = empty();
    try {
      shown.setKeyEntry("own", own, UNUSED, chain);
    } catch (GeneralSecurityException e) {
      throw new Unfit(
          Piece.Certificate,
          "holds certificates that do not lead from one to the next: put the own one first");
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(shown, UNUSED);
    return keys.getKeyManagers();
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, UNUSED);
    return store;
  }

  private static List<Certificate> certificates(byte[] pem, Piece piece) throws Unfit {
    Collection<? extends Certificate> found;
    try {
      found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem));
    } catch (CertificateException e) {
      found = List.of();
    }
    if (found.isEmpty()) {
      throw new Unfit(
          piece,
          "holds no certificate that can be read: put it in as PEM, from -----BEGIN CERTIFICATE"
              + " on");
    }
    return List.copyOf(found);
  }

  private static PrivateKey key(byte[] pem, PublicKey other) throws Unfit {
    try {
      PrivateKey key =
          KeyFactory.getInstance(other.getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(encoded(pem)));
      if (belong(key, other)) {
        return key;
      }
    } catch (GeneralSecurityException e) {
      // Of another kind than the certificate's, or damaged. Parsers quote what they fail on.
    }
    throw new Unfit(Piece.Key, "is not the key of the certificate beside it: put both anew");
  }

  /** In PKCS#8. The reader of ssh keys knows the older forms. */
  private static byte[] encoded(byte[] pem) throws Unfit {
    Matcher plain = PKCS8.matcher(new String(pem, StandardCharsets.UTF_8));
    if (plain.find()) {
      try {
        return Base64.getMimeDecoder().decode(plain.group(1));
      } catch (IllegalArgumentException e) {
        throw new Unfit(Piece.Key, "cannot be read: it is damaged");
      }
    }
    return switch (SshKeys.read(pem, Optional.empty())) {
      case SshKeys.Read.Usable(var pair) -> pair.getPrivate().getEncoded();
      case SshKeys.Read.Wrong(var problem) -> throw new Unfit(Piece.Key, problem);
    };
  }

  private static boolean belong(PrivateKey key, PublicKey other) throws GeneralSecurityException {
    String algorithm =
        switch (other.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> other.getAlgorithm();
        };
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(PROOF);
    byte[] proof = signature.sign();
    signature.initVerify(other);
    signature.update(PROOF);
    return signature.verify(proof);
  }

  private static String mark(
      Optional<byte[]> authorities, Optional<byte[]> certificate, Optional<byte[]> key)
      throws GeneralSecurityException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (Optional<byte[]> piece : List.of(authorities, certificate, key)) {
      byte[] text = piece.orElse(new byte[0]);
      digest.update((text.length + "\n").getBytes(StandardCharsets.US_ASCII));
      digest.update(text);
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
