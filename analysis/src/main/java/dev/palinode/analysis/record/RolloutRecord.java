package dev.palinode.analysis.record;

import dev.palinode.analysis.Exhibit;
import dev.palinode.analysis.Judge;
import dev.palinode.analysis.Trial;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A rollout as its judge saw it.
 *
 * @param resumed what {@link Judge#save} gave where the record begins, in Base64; empty if that is
 *     the rollout's start
 * @param entries in the order in which they were written
 */
public record RolloutRecord(Trial trial, Optional<String> resumed, List<Entry> entries) {
  /** One line after the trial's. */
  public sealed interface Entry {}

  /** What the judge was shown. */
  public record Shown(Exhibit exhibit) implements Entry {}

  /**
   * What the judge said after a window.
   *
   * @param result {@code Pass}, {@code Fail}, {@code Inconclusive} or {@code Invalid}
   * @param logHarm natural logarithm of the merged evidence of harm
   */
  public record Said(Instant at, String result, String metric, String reason, double logHarm)
      implements Entry {}

  /** Not what {@link RecordWriter} writes; the message names the line. */
  public static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Malformed(String message) {
      super(message);
    }
  }

  public RolloutRecord {
    entries = List.copyOf(entries);
  }

  /** Throws {@link Malformed}. */
  public static RolloutRecord read(Stream<String> lines) {
    return new RecordReader().read(lines);
  }

  /** The judge as it was before the first entry. */
  public Judge judge() {
    return judge(trial, resumed);
  }

  private static Judge judge(Trial trial, Optional<String> resumed) {
    return resumed
        .map(state -> Judge.restore(trial, Base64.getDecoder().decode(state)))
        .orElseGet(() -> new Judge(trial));
  }

  /** The longest beginning of the entries that leads to this state of the judge; maybe none. */
  static List<Entry> until(
      Trial trial, Optional<String> resumed, List<Entry> entries, byte[] state) {
    Judge judge = judge(trial, resumed);
    int length = 0;
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i) instanceof Shown(var exhibit)) {
        judge.add(exhibit);
      }
      if (Arrays.equals(judge.save(), state)) {
        length = i + 1;
      }
    }
    return entries.subList(0, length);
  }

  /**
   * Judges it again from the beginning; answers the first place where another verdict, or another
   * bit of evidence, comes out than was written.
   */
  public Optional<String> difference() {
    Judge judge = judge();
    for (Entry entry : entries) {
      switch (entry) {
        case Shown(var exhibit) -> judge.add(exhibit);
        case Said said -> {
          var now = judge.verdict();
          String result = now.getClass().getSimpleName();
          boolean same =
              result.equals(said.result())
                  && now.evidence().metric().equals(said.metric())
                  && now.evidence().reason().equals(said.reason())
                  && Double.doubleToLongBits(judge.logHarm())
                      == Double.doubleToLongBits(said.logHarm());
          if (!same) {
            return Optional.of(
                "at %s the record says %s (ln E %s: %s), judged again it is %s (ln E %s: %s)"
                    .formatted(
                        said.at(),
                        said.result(),
                        said.logHarm(),
                        said.reason(),
                        result,
                        judge.logHarm(),
                        now.evidence().reason()));
          }
        }
      }
    }
    return Optional.empty();
  }
}
