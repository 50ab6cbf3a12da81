package dev.palinode.gitwriter.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.gitwriter.Authority;
import dev.palinode.gitwriter.keys.TlsKeys.Piece;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsKeysTest {
  private static final Authority OURS = new Authority("ours");
  private static final Authority.Issued SHOWN = OURS.client("palinode");

  private static TlsKeys.Read read(String authorities, String certificate, String key) {
    return TlsKeys.read(piece(authorities), piece(certificate), piece(key));
  }

  private static Optional<byte[]> piece(String text) {
    return Optional.ofNullable(text).map(Authority::bytes);
  }

  private static void assertWrong(TlsKeys.Read read, Piece piece, String words) {
    assertThat(read)
        .isInstanceOfSatisfying(
            TlsKeys.Read.Wrong.class,
            wrong -> {
              assertThat(wrong.piece()).isEqualTo(piece);
              assertThat(wrong.problem()).contains(words).doesNotContain("s3cret");
            });
  }

  @Test
  void halfAPair_isRefused() {
    assertWrong(read(null, SHOWN.certificate(), null), Piece.Key, "is missing");
    assertWrong(read(null, null, SHOWN.key()), Piece.Certificate, "is missing");
  }

  @Test
  void garbage_isRefusedWithoutItsWords() {
    assertWrong(read("s3cret", null, null), Piece.Authorities, "holds no certificate");
    assertWrong(read("", null, null), Piece.Authorities, "holds no certificate");
    assertWrong(
        read("-----BEGIN CERTIFICATE-----\ns3cret\n-----END CERTIFICATE-----\n", null, null),
        Piece.Authorities,
        "holds no certificate");
    assertWrong(read(null, "s3cret", SHOWN.key()), Piece.Certificate, "holds no certificate");
    assertWrong(read(null, SHOWN.certificate(), "s3cret"), Piece.Key, "is no private key");
    assertWrong(
        read(
            null,
            SHOWN.certificate(),
            "-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----\n"),
        Piece.Key,
        "is not the key of the certificate");
    assertWrong(
        read(
            null,
            SHOWN.certificate(),
            "-----BEGIN EC PRIVATE KEY-----\ns3cret\n-----END EC PRIVATE KEY-----\n"),
        Piece.Key,
        "cannot be read");
  }

  @Test
  void keyOfAnotherCertificate_isRefused() {
    assertWrong(
        read(null, SHOWN.certificate(), OURS.client("other").key()),
        Piece.Key,
        "is not the key of the certificate");
  }

  @Test
  void certificatesInTheWrongOrder_areRefused() {
    assertWrong(
        read(null, SHOWN.certificate() + OURS.client("other").certificate(), SHOWN.key()),
        Piece.Certificate,
        "put the own one first");
    assertThat(read(null, SHOWN.certificate() + OURS.pem(), SHOWN.key()))
        .isInstanceOf(TlsKeys.Read.Usable.class);
  }

  /** As openssl writes them, with every kind of key that authorities give out. */
  @Test
  void formsOfOpenssl_areAllRead(@TempDir Path dir) throws Exception {
    for (String kind : new String[] {"rsa", "rsa-traditional", "ec", "ed25519"}) {
      Path key = dir.resolve(kind + ".key");
      Path certificate = dir.resolve(kind + ".crt");
      switch (kind) {
        case "rsa" -> openssl("genpkey", "-algorithm", "RSA", "-out", key.toString());
        case "rsa-traditional" -> openssl("genrsa", "-traditional", "-out", key.toString(), "2048");
        case "ec" ->
            openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key.toString());
        default -> openssl("genpkey", "-algorithm", "ed25519", "-out", key.toString());
      }
      openssl(
          "req",
          "-x509",
          "-new",
          "-key",
          key.toString(),
          "-subj",
          "/CN=x",
          "-days",
          "1",
          "-out",
          certificate.toString());
      assertThat(read(null, Files.readString(certificate), Files.readString(key)))
          .as(kind)
          .isInstanceOf(TlsKeys.Read.Usable.class);
    }
  }

  private static void openssl(String... arguments) throws IOException, InterruptedException {
    ProcessBuilder command = new ProcessBuilder("openssl");
    command.command().addAll(java.util.List.of(arguments));
    assertThat(
            command
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor())
        .isZero();
  }

  @Test
  void sameTexts_areTheSameWay() {
    assertThat(read(OURS.pem(), SHOWN.certificate(), SHOWN.key()))
        .isEqualTo(read(OURS.pem(), SHOWN.certificate(), SHOWN.key()))
        .isNotEqualTo(read(OURS.pem(), null, null));
  }
}
