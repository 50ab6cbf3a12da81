package dev.palinode.crds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpanTest {
  @ParameterizedTest
  @CsvSource({
    "90s, PT1M30S, 1m30s",
    "2m, PT2M, 2m",
    "1h30m, PT1H30M, 1h30m",
    "1.5h, PT1H30M, 1h30m",
    "250ms, PT0.25S, 250ms",
    "0s, PT0S, 0s",
    "720h, PT720H, 720h",
    "1h1m1s1ms, PT1H1M1.001S, 1h1m1s1ms",
    "1m1m, PT2M, 2m"
  })
  void text_isReadAndWrittenInItsShortestForm(String text, Duration duration, String written) {
    Span span = Span.of(text);
    assertThat(span.duration()).isEqualTo(duration);
    assertThat(span).hasToString(written);
    assertThat(Span.of(written)).isEqualTo(span);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "-5s", "5 m", "5d", "s", "5us", "1h30", ".5h", "1e3s", "5s\n"})
  void otherText_isRefusedWithTheSyntax(String text) {
    assertThatThrownBy(() -> Span.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("write it as 30s, 2m or 1h30m");
  }

  @Test
  void longestText_canBeAddedToAClock() {
    String longest = "999999999h".repeat(4);
    assertThat(longest).hasSize(Span.MAX_LENGTH);
    Span span = Span.of(longest);
    assertThat(Instant.EPOCH.plus(span.duration())).isAfter(Instant.EPOCH);
    assertThat(span).hasToString("3999999996h");
    assertThatThrownBy(() -> Span.of(longest + "1ms")).isInstanceOf(IllegalArgumentException.class);
  }
}
