package dev.palinode.gitwriter.forge;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;

/** The short proof that one holds a GitHub App's key: a JWT (RFC 7519) signed with RS256. */
final class AppJwt {
  private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

  /** GitHub takes no more than ten minutes, and clocks differ. */
  private static final Duration LIFE = Duration.ofMinutes(9);

  private static final Duration DRIFT = Duration.ofSeconds(60);

  /** {@code AlgorithmIdentifier} of rsaEncryption, with its NULL (RFC 8017, appendix A.1). */
  private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

  private AppJwt() {}

  static String of(String appId, String pem, Instant now) throws GeneralSecurityException {
    String head = text("{\"alg\":\"RS256\",\"typ\":\"JWT\"}");
    String claims =
        Wire.object()
            .put("iat", now.minus(DRIFT).getEpochSecond())
            .put("exp", now.plus(LIFE).getEpochSecond())
            .put("iss", appId)
            .toString();
    String body = head + "." + text(claims);
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(key(pem));
    signature.update(body.getBytes(StandardCharsets.US_ASCII));
    return body + "." + URL.encodeToString(signature.sign());
  }

  private static String text(String json) {
    return URL.encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  /** PKCS#8, or PKCS#1 as GitHub hands it out. */
  private static PrivateKey key(String pem) throws GeneralSecurityException {
    boolean isBare = pem.contains("BEGIN RSA PRIVATE KEY");
    String body = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
    try {
      byte[] der = Base64.getDecoder().decode(body);
      return KeyFactory.getInstance("RSA")
          .generatePrivate(new PKCS8EncodedKeySpec(isBare ? wrapped(der) : der));
    } catch (IllegalArgumentException e) {
      throw new InvalidKeySpecException("no base64", e);
    }
  }

  /** {@code PrivateKeyInfo} around an {@code RSAPrivateKey} (RFC 5208, section 5). */
  private static byte[] wrapped(byte[] key) {
    ByteArrayOutputStream inner = new ByteArrayOutputStream();
    inner.writeBytes(new byte[] {2, 1, 0});
    inner.writeBytes(RSA);
    inner.writeBytes(element(4, key));
    return element(0x30, inner.toByteArray());
  }

  private static byte[] element(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.length;
    if (length < 0x80) {
      out.write(length);
    } else {
      int bytes = length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
      out.write(0x80 | bytes);
      for (int i = bytes - 1; i >= 0; i--) {
        out.write(length >> (8 * i));
      }
    }
    out.writeBytes(content);
    return out.toByteArray();
  }
}
