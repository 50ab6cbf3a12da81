package dev.palinode.analysis.replay;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/** How a recording writes its times: seconds from any origin, or moments as of RFC 3339. */
public enum TimeScale {
  SECONDS {
    @Override
    Optional<Instant> read(String text) {
      try {
        BigDecimal millis = new BigDecimal(text).movePointRight(3);
        return millis.abs().compareTo(LATEST) > 0
            ? Optional.empty()
            : Optional.of(
                Instant.ofEpochMilli(millis.setScale(0, RoundingMode.HALF_UP).longValueExact()));
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }

    @Override
    public String write(Instant at) {
      return BigDecimal.valueOf(at.toEpochMilli(), 3).stripTrailingZeros().toPlainString();
    }
  },
  RFC_3339 {
    @Override
    Optional<Instant> read(String text) {
      try {
        return Optional.of(OffsetDateTime.parse(text).toInstant());
      } catch (DateTimeException e) {
        return Optional.empty();
      }
    }

    @Override
    public String write(Instant at) {
      return at.toString();
    }
  };

  /** Far beyond any date, far below an overflow; in milliseconds. */
  private static final BigDecimal LATEST =
      BigDecimal.valueOf(Duration.ofDays(3_650_000).toMillis());

  /** Empty if the text is nothing of the kind. */
  abstract Optional<Instant> read(String text);

  public abstract String write(Instant at);
}
