package dev.palinode.analysis;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How late samples become visible. A sample that an earlier look could have seen by its timestamp,
 * and did not, was on its way at least from then until that look.
 */
final class Freshness {
  /** How long one late sample slows the gate down, and how much it can at most. */
  private static final Duration REMEMBERED = Duration.ofMinutes(10);

  private static final Duration MOST = Duration.ofMinutes(5);

  private record Late(Instant noticed, Duration by) {}

  private final Map<Map<String, String>, Instant> newest = new HashMap<>();
  private final Deque<Late> late = new ArrayDeque<>();
  private @Nullable Instant lookedAt;
  private @Nullable Instant lookedUpTo;

  /**
   * @param now when the answer was asked for
   * @param upTo right edge of the answer
   */
  void note(List<Series> answer, Instant now, Instant upTo) {
    Duration worst = Duration.ZERO;
    for (Series series : answer) {
      for (Instant at : series.times().toList()) {
        Instant known = newest.get(series.labels());
        if (known == null || at.isAfter(known)) {
          newest.put(series.labels(), at);
          if (lookedAt != null && lookedUpTo != null && !at.isAfter(lookedUpTo)) {
            Duration by = Duration.between(at, lookedAt);
            worst = by.compareTo(worst) > 0 ? by : worst;
          }
        }
      }
    }
    if (worst.isPositive()) {
      late.add(new Late(now, worst.compareTo(MOST) > 0 ? MOST : worst));
    }
    while (!late.isEmpty() && late.getFirst().noticed().plus(REMEMBERED).isBefore(now)) {
      late.removeFirst();
    }
    lookedAt = now;
    lookedUpTo = upTo;
  }

  /** The most that was measured lately. */
  Duration delay() {
    return late.stream().map(Late::by).max(Duration::compareTo).orElse(Duration.ZERO);
  }
}
