package dev.palinode.analysis.replay;

import dev.palinode.analysis.WindowCounts;
import dev.palinode.analysis.replay.CsvRows.Row;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A recording as CSV: rows {@code time,arm,total,bad} with the end of a window, {@code canary} or
 * {@code stable}, and that window's whole counts; rows {@code time,weight,PERCENT} where the weight
 * changed; a header if one likes. After a header {@code time,arm,le,count} rows are the cumulative
 * buckets of a latency histogram, each window's own. Rows may come in any order; an arm without a
 * row in a window had no request in it.
 */
public final class CsvRecording {
  /** One line that cannot be used. */
  public record Problem(int line, String says) {
    @Override
    public String toString() {
      return "line " + line + ": " + says;
    }
  }

  /** What was read. */
  public sealed interface Parsed {
    record Complete(Recording recording) implements Parsed {}

    record Refused(List<Problem> problems) implements Parsed {}

    /** No row with counts. */
    record Empty() implements Parsed {}
  }

  /** More than a screen of them helps nobody. */
  private static final int PROBLEMS = 50;

  /** A single window says nothing about its own length. */
  private static final Duration LENGTH = Duration.ofSeconds(15);

  private final CsvRows rows = new CsvRows();
  private final List<Problem> problems = new ArrayList<>();
  private final TreeMap<Instant, WindowCounts> windows = new TreeMap<>();
  private final TreeMap<Instant, Double> weights = new TreeMap<>();
  private final CsvHistograms latencies = new CsvHistograms();
  private final Set<String> seen = new HashSet<>();

  private CsvRecording() {}

  /**
   * @throws IOException if the text cannot be read to its end
   */
  public static Parsed read(Reader text) throws IOException {
    CsvRecording csv = new CsvRecording();
    BufferedReader lines = new BufferedReader(text);
    int number = 0;
    for (String line = lines.readLine();
        line != null && csv.problems.size() < PROBLEMS;
        line = lines.readLine()) {
      number++;
      csv.take(csv.rows.read(number, line));
    }
    return csv.parsed();
  }

  private void take(Row row) {
    switch (row) {
      case Row.Counts counts -> {
        if (isNew(counts.line(), counts.end(), counts.canary() ? "canary" : "stable")) {
          windows.merge(
              counts.end(),
              counts.canary()
                  ? new WindowCounts(counts.total(), counts.bad(), 0, 0)
                  : new WindowCounts(0, 0, counts.total(), counts.bad()),
              WindowCounts::plus);
        }
      }
      case Row.Weight weight -> {
        if (isNew(weight.line(), weight.at(), "weight")) {
          weights.put(weight.at(), weight.percent());
        }
      }
      case Row.Bucket bucket -> {
        String arm = bucket.canary() ? "canary" : "stable";
        if (isNew(bucket.line(), bucket.end(), arm + " " + bucket.le())) {
          latencies.add(bucket);
        }
      }
      case Row.Wrong(var problem) -> problems.add(problem);
      case Row.Nothing() -> {}
    }
  }

  private boolean isNew(int line, Instant at, String what) {
    boolean fresh = seen.add(at + " " + what);
    if (!fresh) {
      problems.add(new Problem(line, "a second row of " + what + " for the same time"));
    }
    return fresh;
  }

  private Parsed parsed() {
    problems.addAll(latencies.problems());
    if (!problems.isEmpty()) {
      return new Parsed.Refused(List.copyOf(problems));
    }
    boolean counted = !windows.isEmpty();
    latencies.requests().forEach(windows::putIfAbsent);
    if (windows.isEmpty()) {
      return new Parsed.Empty();
    }
    Instant before = windows.firstKey().minus(usualLength());
    Instant start = before;
    List<Window> inOrder = new ArrayList<>();
    for (Map.Entry<Instant, WindowCounts> window : windows.entrySet()) {
      inOrder.add(
          new Window(
              Duration.between(start, window.getKey()),
              Duration.between(before, window.getKey()),
              window.getValue(),
              latencies.at(window.getKey())));
      before = window.getKey();
    }
    List<Recording.WeightChange> changes = new ArrayList<>();
    weights.forEach((at, percent) ->
        changes.add(new Recording.WeightChange(Duration.between(start, at), percent)));
    return new Parsed.Complete(
        new Recording(start, rows.scale().orElseThrow(), inOrder, changes, counted));
  }

  /** The shortest distance of two windows. */
  private Duration usualLength() {
    Duration shortest = null;
    Instant previous = null;
    for (Instant end : windows.keySet()) {
      if (previous != null) {
        Duration length = Duration.between(previous, end);
        shortest = shortest == null || length.compareTo(shortest) < 0 ? length : shortest;
      }
      previous = end;
    }
    return shortest == null ? LENGTH : shortest;
  }
}
