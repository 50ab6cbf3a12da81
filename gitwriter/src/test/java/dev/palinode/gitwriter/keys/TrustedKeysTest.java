package dev.palinode.gitwriter.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustedKeysTest {
  private static final String KEY =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

  private static TrustedKeys.Read read(String name, String text) {
    Map<String, byte[]> texts = new HashMap<>();
    texts.put(name, text.getBytes(StandardCharsets.UTF_8));
    return TrustedKeys.read(texts);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          allowed_signers; # nobody
          other;           KEY
          """)
  void noKeyAtAll_isToldWhatToAdd(String name, String text) {
    assertThat(read(name, text.replace("KEY", KEY)))
        .isInstanceOfSatisfying(
            TrustedKeys.Read.Wrong.class,
            wrong -> assertThat(wrong.problem()).contains("add allowed_signers"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      textBlock =
          """
          allowed_signers; dana KEY
          allowed_signers; dana,eve KEY comment
          allowed_signers; "dana and eve" KEY
          allowed_signers; dana namespaces="git" KEY
          allowed_signers; dana namespaces="file,git",valid-after="20260101" KEY
          allowed_signers; dana valid-before="202601010000Z" KEY
          dana.pub;        KEY
          dana.pub;        KEY dana@example.com
          """)
  void formsOfOpenssh_areRead(String name, String text) {
    assertThat(read(name, text.replace("KEY", KEY))).isInstanceOf(TrustedKeys.Read.Usable.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      textBlock =
          """
          allowed_signers; dana;                              line 1 is no signer
          allowed_signers; KEY;                               line 1
          allowed_signers; dana cert-authority KEY;           name the keys themselves
          allowed_signers; dana namespaces="file" KEY;        is not for git
          allowed_signers; dana no-touch KEY;                 an option that is not known
          allowed_signers; dana valid-after="soon" KEY;       write YYYYMMDD
          allowed_signers; dana valid-after="20269901" KEY;   write YYYYMMDD
          allowed_signers; dana ssh-ed25519 AAAA;             cannot be read
          dana.pub;        dana KEY;                          no ssh public key
          dana.asc;        KEY;                               holds no OpenPGP public key
          """)
  void brokenText_isNamedAndNothingIsTrusted(String name, String text, String says) {
    assertThat(read(name, text.replace("KEY", KEY)))
        .isInstanceOfSatisfying(
            TrustedKeys.Read.Wrong.class,
            wrong ->
                assertThat(wrong.problem())
                    .startsWith(name)
                    .contains(says)
                    .doesNotContain("AAAAC3Nza"));
  }

  @Test
  void oneBrokenText_spoilsAllSoThatNobodyIsForgotten() {
    assertThat(
            TrustedKeys.read(
                Map.of(
                    "dana.pub", KEY.getBytes(StandardCharsets.UTF_8),
                    "eve.pub", "rubbish".getBytes(StandardCharsets.UTF_8))))
        .isInstanceOf(TrustedKeys.Read.Wrong.class);
  }
}
