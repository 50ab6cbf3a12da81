package dev.palinode.analysis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How unequal healthy pods are: their events over the past, split in two halves that should see the
 * same. Given all events of an interval, e, those of one half with a share s of the requests have
 * the variance e s (1-s) if requests are independent; what is found above that is luck of pods, and
 * tells cv^2 = (phi - 1) / (mu s (1-s) (1/k_1 + 1/k_2)).
 *
 * <p>Instead of mu^2 only e (e-1) is seen, which luck of both halves together makes larger by 1 +
 * cv^2 (s^2/k_1 + (1-s)^2/k_2): an eighth at cv 1 with four pods in each half, a half with one.
 */
final class PodHistory {
  private static final int MINUTE = 60;
  private static final int FIVE_MINUTES = 300;

  /** Fewer intervals, or events, tell nothing. */
  private static final int FEWEST = 30;

  /** Where two halves hardly ever err in the same interval, their luck is not told any closer. */
  private static final double LEAST = 0.1;

  /**
   * @param variation cv, between pods
   * @param noise the interval at which luck weighs most
   * @param events per second of all pods together
   */
  record Luck(double variation, Duration noise, double events) {
    /** What the inflation grows with, other things equal. */
    double weight() {
      return events * noise.toSeconds() * variation * variation;
    }
  }

  /** Events and requests of one pod by minute; only minutes in which both are known. */
  private record Pod(TreeMap<Long, double[]> minutes) {}

  private final Map<String, Pod> pods = new TreeMap<>();

  /**
   * @param minute any count of minutes
   */
  void add(String pod, long minute, double events, double requests) {
    pods.computeIfAbsent(pod, _ -> new Pod(new TreeMap<>()))
        .minutes()
        .put(minute, new double[] {events, requests});
  }

  double events() {
    return sum(0);
  }

  double requests() {
    return sum(1);
  }

  private double sum(int which) {
    return pods.values().stream()
        .flatMap(p -> p.minutes().values().stream())
        .mapToDouble(m -> m[which])
        .sum();
  }

  /** The larger of what is seen by the minute and by five; empty without enough to go by. */
  Optional<Luck> luck() {
    List<Luck> found = new ArrayList<>();
    luck(MINUTE).ifPresent(found::add);
    luck(FIVE_MINUTES).ifPresent(found::add);
    return found.stream().reduce((a, b) -> a.weight() >= b.weight() ? a : b);
  }

  /** Sums over the intervals of one length. */
  private static final class Sums {
    private double squares;
    private double variances;
    private double events;
    private double scales;
    private double common;
    private int intervals;

    /** One interval of both halves: events, requests and pods. */
    void add(double[] one, double[] other) {
      double events = one[0] + other[0];
      double requests = one[1] + other[1];
      if (one[1] > 0 && other[1] > 0 && events > 0) {
        double share = one[1] / requests;
        double off = one[0] - events * share;
        squares += off * off;
        variances += events * share * (1 - share);
        this.events += events;
        // Luck adds mu^2 (s (1-s))^2 cv^2 (1/k_1 + 1/k_2); e (e-1) is mu^2 without Poisson's part.
        double both = share * (1 - share);
        double scale = events * (events - 1) * both * both * (1 / one[2] + 1 / other[2]);
        scales += scale;
        common += scale * (share * share / one[2] + (1 - share) * (1 - share) / other[2]);
        intervals++;
      }
    }
  }

  private Optional<Luck> luck(int seconds) {
    Sums sums = new Sums();
    Map<Long, double[][]> intervals = intervals(seconds / MINUTE);
    intervals.values().forEach(halves -> sums.add(halves[0], halves[1]));
    if (sums.intervals < FEWEST || sums.events < FEWEST || !(sums.scales > 0)) {
      return Optional.empty();
    }
    double phi = sums.squares / sums.variances;
    // One standard error is added: luck that is underrated costs healthy releases.
    double surplus = phi - 1 + phi * StrictMath.sqrt(2.0 / sums.intervals);
    double ratio = Math.max(0, surplus) * sums.variances / sums.scales;
    double cv2 = ratio / Math.max(LEAST, 1 - ratio * sums.common / sums.scales);
    return Optional.of(
        new Luck(
            StrictMath.sqrt(cv2),
            Duration.ofSeconds(seconds),
            sums.events / ((double) intervals.size() * seconds)));
  }

  /** By interval, the two halves' events, requests and pods. */
  private Map<Long, double[][]> intervals(int minutes) {
    Map<Long, double[][]> intervals = new HashMap<>();
    Map<String, Integer> halves = halves(pods.keySet());
    pods.forEach((name, pod) -> {
      long counted = Long.MIN_VALUE;
      for (Map.Entry<Long, double[]> each : pod.minutes().entrySet()) {
        long interval = Math.floorDiv(each.getKey(), minutes);
        double[] half =
            intervals
                .computeIfAbsent(interval, _ -> new double[2][3])[halves.getOrDefault(name, 0)];
        half[0] += each.getValue()[0];
        half[1] += each.getValue()[1];
        half[2] += interval == counted ? 0 : 1;
        counted = interval;
      }
    });
    return intervals;
  }

  /** Alternating in an order that has nothing to do with names, and is the same every time. */
  private static Map<String, Integer> halves(Collection<String> names) {
    SortedSet<String> mixed = new TreeSet<>();
    names.forEach(name -> mixed.add("%08x%s".formatted(name.hashCode() * 0x9E3779B9, name)));
    Map<String, Integer> halves = new HashMap<>();
    int next = 0;
    for (String each : mixed) {
      halves.put(each.substring(8), next++ % 2);
    }
    return halves;
  }
}
