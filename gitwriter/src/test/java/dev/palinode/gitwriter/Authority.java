package dev.palinode.gitwriter;

import dev.palinode.gitwriter.keys.TlsKeys;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority that nobody else knows, and the certificates that it gives out. */
public final class Authority {
  private static final AtomicLong SERIAL = new AtomicLong(1);

  private final X500Name name;
  private final KeyPair keys;
  private final X509Certificate own;

  /** A certificate and its key, as PEM. */
  public record Issued(String certificate, String key) {}

  public Authority(String name) {
    this.name = new X500Name("CN=" + name);
    this.keys = pair();
    this.own = issue(this.name, keys, true, Optional.empty());
  }

  /** What has to be believed. */
  public String pem() {
    return pem(own);
  }

  /** For a server of that name. */
  public Issued server(String host) {
    return issued(host, Optional.of(host));
  }

  /** For somebody who comes to a server. */
  public Issued client(String who) {
    return issued(who, Optional.empty());
  }

  private Issued issued(String subject, Optional<String> host) {
    KeyPair pair = pair();
    return new Issued(
        pem(issue(new X500Name("CN=" + subject), pair, false, host)),
        pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
  }

  /** Of a server with this certificate, which believes the clients of this authority. */
  public SSLContext context(Issued shown) {
    return tls(Optional.of(pem()), Optional.of(shown)).context();
  }

  /** What a client sets up: whom it believes, and what it shows. */
  public static Passage.Tls tls(Optional<String> believed, Optional<Issued> shown) {
    return ((TlsKeys.Read.Usable)
            TlsKeys.read(
                believed.map(Authority::bytes),
                shown.map(s -> bytes(s.certificate())),
                shown.map(s -> bytes(s.key()))))
        .tls();
  }

  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static KeyPair pair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private X509Certificate issue(
      X500Name subject, KeyPair pair, boolean isAuthority, Optional<String> host) {
    try {
      Instant now = Instant.now();
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name,
              BigInteger.valueOf(SERIAL.getAndIncrement()),
              Date.from(now.minus(Duration.ofHours(1))),
              Date.from(now.plus(Duration.ofHours(12))),
              subject,
              pair.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
      if (host.isPresent()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(new GeneralName(GeneralName.dNSName, host.get())));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static String pem(X509Certificate certificate) {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(
            what,
            Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der),
            what);
  }
}
