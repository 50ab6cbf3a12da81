package dev.palinode.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvidenceTest {
  @ParameterizedTest
  @CsvSource({"0, 0%", "0.0005, 0.050%", "0.0061, 0.61%", "0.048, 4.8%", "0.374, 37%", "1, 100%"})
  void share_isWrittenWithTwoDigits(double share, String text) {
    assertThat(Evidence.percent(share)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"5, 5", "0.12345, 0.1235", "1234567, 1234567", "-2, -2"})
  void number_isWrittenShort(double value, String text) {
    assertThat(Evidence.number(value)).isEqualTo(text);
  }
}
