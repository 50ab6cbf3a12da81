package dev.palinode.analysis;

import dev.palinode.analysis.Arms.Place;
import dev.palinode.analysis.Arms.Reporter;
import dev.palinode.analysis.Arms.Side;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One selector's counters, differenced sample by sample into closed windows. Each increment belongs
 * to the window of the sample that shows it; a missed scrape thus ends up in the later window, and
 * so does a sample that comes late. Windows given out are never changed afterwards: revising one
 * would break the martingale.
 *
 * <p>A new series counts from zero if its scrape target had been read before without it, or if its
 * pod is the candidate's; any other first sample is only a base, since nobody knows what it holds.
 */
final class CounterLedger {
  /** How often a counter may fall a little before it is taken for something else. */
  private static final int FALLS = 3;

  /** The last sample taken in, and how this series behaved so far. */
  private static final class Track {
    Sample last;
    int steps;
    int falls;
    int resets;

    Track(Sample first) {
      this.last = first;
    }
  }

  /** From when on the counters are not to be believed, and why. */
  record Distrust(Instant since, String reason) {}

  private final Duration window;
  private final Duration warmup;
  private final Map<Map<String, String>, Track> tracks = new HashMap<>();
  private final Map<Map<String, String>, HistogramTrack> histograms = new HashMap<>();
  private final Map<String, Instant> targets = new HashMap<>();
  private final TreeMap<Instant, Tally> tallies = new TreeMap<>();
  private @Nullable Instant covered;
  private @Nullable Distrust distrust;
  private @Nullable Instant separable;
  private @Nullable Instant candidateSeen;
  private @Nullable Duration candidateGap;

  CounterLedger(Duration window) {
    this(window, Duration.ZERO);
  }

  /**
   * @param warmup how long a candidate's pod is left out after its first sample
   */
  CounterLedger(Duration window, Duration warmup) {
    this.window = window;
    this.warmup = warmup;
  }

  /**
   * Takes in an answer.
   *
   * @param answer the selector's series
   * @param alongside the series of every selector asked at the same moment; they show which targets
   *     were being read
   * @param from left edge of the answer
   * @param closed end of the last window given out: earlier increments go to the next one
   * @param upTo samples after it wait for a later look
   * @param first samples until then were judged before and only show from where to count
   * @param start of the rollout; series that were there by then count from their value
   */
  void read(
      List<Series> answer,
      List<Series> alongside,
      Arms arms,
      Instant from,
      Instant closed,
      Instant upTo,
      Instant first,
      Instant start) {
    if (covered == null || from.isAfter(covered)) {
      targets.clear();
    }
    covered = upTo;
    for (Series series : alongside) {
      series.begin().ifPresent(at -> targets.merge(target(series), at, CounterLedger::earlier));
    }
    Map<Map<String, String>, Series> once = new HashMap<>();
    for (Series series : answer) {
      if (once.put(series.labels(), series) != null) {
        doubt(closed.plus(window), "two series with the same labels %s".formatted(series.labels()));
      }
    }
    for (Series series : once.values()) {
      arms.place(series.labels())
          .ifPresent(place -> {
            read(series, place, closed, upTo, first, start);
            readHistograms(series, place, closed, upTo, first, start);
          });
    }
  }

  private void read(
      Series series, Place place, Instant closed, Instant upTo, Instant first, Instant start) {
    for (Sample sample : series.samples()) {
      if (sample.at().isAfter(upTo)) {
        break;
      }
      Track track = tracks.get(series.labels());
      if (track != null && !sample.at().isAfter(track.last.at())) {
        if (sample.at().equals(track.last.at()) && sample.value() != track.last.value()) {
          doubt(windowOf(sample.at(), closed), "two values at one moment in " + series.labels());
        }
        continue;
      }
      Instant end = windowOf(sample.at(), closed);
      if (!(sample.value() >= 0) || Double.isInfinite(sample.value())) {
        doubt(end, "the counter %s is %s".formatted(series.labels(), sample.value()));
        continue;
      }
      double increment;
      if (track == null) {
        tracks.put(series.labels(), new Track(sample));
        increment = beganAtZero(series, place, sample.at(), start) ? sample.value() : 0;
      } else {
        increment = increment(track, sample, end, series);
        note(place, track.last.at(), sample.at());
        track.last = sample;
      }
      if (sample.at().isAfter(start)) {
        if (sample.at().isAfter(first) && !isYoung(series, place, sample.at(), start)) {
          tallies
              .computeIfAbsent(end, _ -> new Tally())
              .add(place, series.labels().getOrDefault("le", ""), increment);
        }
        notice(place, sample.at());
      }
    }
  }

  /** Native ones, whole: a bucket alone does not tell a reset. */
  private void readHistograms(
      Series series, Place place, Instant closed, Instant upTo, Instant first, Instant start) {
    for (HistogramSample sample : series.histograms()) {
      if (sample.at().isAfter(upTo)) {
        break;
      }
      HistogramTrack track = histograms.get(series.labels());
      if (track != null && !sample.at().isAfter(track.last().at())) {
        if (sample.at().equals(track.last().at()) && !sample.equals(track.last())) {
          doubt(
              windowOf(sample.at(), closed), "two histograms at one moment in " + series.labels());
        }
        continue;
      }
      Instant end = windowOf(sample.at(), closed);
      Spread increment;
      if (track == null) {
        histograms.put(series.labels(), new HistogramTrack(sample));
        increment =
            beganAtZero(series, place, sample.at(), start) ? sample.spread() : Spread.NOTHING;
      } else {
        note(place, track.last().at(), sample.at());
        increment = track.next(sample);
        if (track.keepsFalling()) {
          doubt(end, "%s keeps falling, so it counts nothing".formatted(series.labels()));
        }
      }
      if (sample.at().isAfter(start)) {
        if (sample.at().isAfter(first) && !isYoung(series, place, sample.at(), start)) {
          tallies.computeIfAbsent(end, _ -> new Tally()).add(place, increment);
        }
        notice(place, sample.at());
      }
    }
  }

  /** A reset begins again at zero; a small fall is no reset and is not believed. */
  private double increment(Track track, Sample sample, Instant end, Series series) {
    track.steps++;
    double before = track.last.value();
    double now = sample.value();
    if (now >= before) {
      return now - before;
    }
    boolean reset = now <= before / 2;
    track.resets += reset ? 1 : 0;
    track.falls += reset ? 0 : 1;
    if (track.falls >= FALLS || (track.resets >= FALLS && track.resets * 2 > track.steps)) {
      doubt(end, "%s keeps falling, so it is not a counter".formatted(series.labels()));
    }
    return reset ? now : 0;
  }

  private boolean beganAtZero(Series series, Place place, Instant at, Instant start) {
    if (!at.isAfter(start)) {
      return false;
    }
    Instant target = targets.get(target(series));
    boolean candidatesPod =
        place.reporter() == Reporter.DESTINATION && place.side() == Side.CANDIDATE;
    return candidatesPod || (target != null && target.isBefore(at));
  }

  /** Caches fill and code compiles: a pod's first latencies are not the release's. */
  private boolean isYoung(Series series, Place place, Instant at, Instant start) {
    if (warmup.isZero() || place.side() != Side.CANDIDATE) {
      return false;
    }
    Instant born = targets.get(target(series));
    Instant from = place.reporter() == Reporter.DESTINATION && born != null ? born : start;
    return at.isBefore(from.plus(warmup));
  }

  private void notice(Place place, Instant at) {
    if (place.side() == Side.CANDIDATE) {
      candidateSeen = candidateSeen == null ? at : later(candidateSeen, at);
      if (place.reporter() == Reporter.SOURCE) {
        separable = separable == null ? at : earlier(separable, at);
      }
    }
  }

  private void note(Place place, Instant before, Instant at) {
    if (place.side() == Side.CANDIDATE) {
      Duration gap = Duration.between(before, at);
      candidateGap = candidateGap == null || gap.compareTo(candidateGap) < 0 ? gap : candidateGap;
    }
  }

  private void doubt(Instant since, String reason) {
    if (distrust == null || since.isBefore(distrust.since())) {
      distrust = new Distrust(since, reason);
    }
  }

  /** The end of the aligned window that holds the moment, or of the first one still open. */
  private Instant windowOf(Instant at, Instant closed) {
    long length = window.toMillis();
    long end = Math.ceilDiv(at.toEpochMilli(), length) * length;
    return later(Instant.ofEpochMilli(end), closed.plus(window));
  }

  /** What identifies the process that was scraped. */
  private static String target(Series series) {
    Map<String, String> labels = series.labels();
    return labels.getOrDefault("job", "")
        + '|'
        + labels.getOrDefault("instance", "")
        + '|'
        + labels.getOrDefault("pod", "");
  }

  /** The window's tally, which is then forgotten. */
  Tally take(Instant end) {
    Tally tally = tallies.remove(end);
    return tally == null ? new Tally() : tally;
  }

  /**
   * Which end of the connection to believe in a window: the source once it tells the arms apart.
   */
  Reporter reporter(Instant end) {
    return separable != null && !separable.isAfter(end) ? Reporter.SOURCE : Reporter.DESTINATION;
  }

  Optional<Distrust> distrust() {
    return Optional.ofNullable(distrust);
  }

  boolean isTrusted(Instant end) {
    return distrust == null || end.isBefore(distrust.since());
  }

  Optional<Instant> candidateSeen() {
    return Optional.ofNullable(candidateSeen);
  }

  /** How often the candidate is really scraped, as far as seen. */
  Optional<Duration> candidateGap() {
    return Optional.ofNullable(candidateGap);
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
