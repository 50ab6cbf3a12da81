package dev.palinode.analysis;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** The service that tests judge: a seeded stream of requests, scraped as counters. */
final class Shop {
  static final Instant T0 = Instant.parse("2026-03-01T12:00:00Z");
  static final Duration SCRAPE = Duration.ofSeconds(5);
  static final GateSettings SETTINGS =
      GateSettings.defaults().withIntervals(Duration.ofSeconds(5), SCRAPE);
  static final Arms ARMS =
      new Arms(
          "shop",
          "checkout",
          "7f9c2d41",
          "checkout-7f9c2d41-",
          List.of("checkout-7f9c2d41-aa"),
          List.of("checkout-55d6-aa", "checkout-55d6-bb", "checkout-55d6-cc"));

  private final SplittableRandom random;
  private final double rate;
  private final double share;
  private final double stableBad;
  private final double candidateBad;

  private Shop(long seed, double rate, double share, double stableBad, double candidateBad) {
    this.random = new SplittableRandom(seed);
    this.rate = rate;
    this.share = share;
    this.stableBad = stableBad;
    this.candidateBad = candidateBad;
  }

  /** Requests per second, the candidate's part of them, and both arms' shares of bad ones. */
  static Shop of(long seed, double rate, double share, double stableBad, double candidateBad) {
    return new Shop(seed, rate, share, stableBad, candidateBad);
  }

  /** Counters of every pod as the destination's sidecars report them, from a minute before T0. */
  List<Series> byPod(Duration until) {
    List<Series> all = new ArrayList<>();
    ARMS.candidatePods().forEach(p -> all.addAll(pod(p, T0, until, rate * share, candidateBad)));
    int pods = ARMS.stablePods().size();
    Instant before = T0.minusSeconds(60);
    ARMS.stablePods()
        .forEach(p -> all.addAll(pod(p, before, until, rate * (1 - share) / pods, stableBad)));
    return all;
  }

  private List<Series> pod(String pod, Instant from, Duration until, double rate, double bad) {
    return counters(
        from,
        until,
        rate,
        bad,
        "reporter",
        "destination",
        "pod",
        pod,
        "instance",
        pod + ":15020",
        "job",
        "pods");
  }

  /** The same traffic as a gateway reports it, with the labels that tell the arms apart. */
  List<Series> byRevision(Duration until) {
    List<Series> all = new ArrayList<>();
    all.addAll(gateway(T0, until, rate * share, candidateBad, ARMS.candidateRevision()));
    all.addAll(gateway(T0.minusSeconds(60), until, rate * (1 - share), stableBad, "latest"));
    return all;
  }

  List<Series> gateway(Instant from, Duration until, double rate, double bad, String revision) {
    return counters(
        from,
        until,
        rate,
        bad,
        "reporter",
        "source",
        "destination_canonical_revision",
        revision,
        "pod",
        "gateway-1",
        "instance",
        "gateway-1:15020",
        "job",
        "pods");
  }

  private List<Series> counters(
      Instant from, Duration until, double rate, double bad, String... labels) {
    List<Sample> good = new ArrayList<>();
    List<Sample> failed = new ArrayList<>();
    long oks = 0;
    long fails = 0;
    for (Instant at = from.plus(SCRAPE); !at.isAfter(T0.plus(until)); at = at.plus(SCRAPE)) {
      long n = poisson(rate * SCRAPE.toSeconds());
      long b = binomial(random, n, bad);
      oks += n - b;
      fails += b;
      good.add(new Sample(at, oks));
      if (fails > 0) {
        failed.add(new Sample(at, fails));
      }
    }
    List<Series> both = new ArrayList<>(List.of(requests(good, "200", labels)));
    if (!failed.isEmpty()) {
      both.add(requests(failed, "503", labels));
    }
    return both;
  }

  /** One counter of the shop's service. */
  static Series requests(List<Sample> samples, String code, String... labels) {
    Map<String, String> all =
        new TreeMap<>(StoredMetrics.series("istio_requests_total", samples, labels).labels());
    all.put("destination_service_namespace", "shop");
    all.put("destination_service_name", "checkout");
    all.put("response_code", code);
    return new Series(all, samples);
  }

  private long poisson(double mean) {
    if (mean > 50) {
      return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.nextGaussian()));
    }
    double limit = Math.exp(-mean);
    long n = 0;
    for (double p = random.nextDouble(); p > limit; p *= random.nextDouble()) {
      n++;
    }
    return n;
  }

  /** Successes among n, by skipping from one to the next. */
  static long binomial(SplittableRandom random, long n, double p) {
    long successes = 0;
    if (p <= 0) {
      return 0;
    }
    for (double at = skip(random, p); at < n; at += 1 + skip(random, p)) {
      successes++;
    }
    return successes;
  }

  private static double skip(SplittableRandom random, double p) {
    return Math.floor(Math.log1p(-random.nextDouble()) / Math.log1p(-Math.min(p, 1 - 1e-12)));
  }

  /** Looks every five seconds from T0 on and returns the last reading. */
  static Reading watch(Gate gate, StoredMetrics store, Duration until) {
    Reading last = null;
    for (Instant now = T0; !now.isAfter(T0.plus(until)); now = now.plusSeconds(5)) {
      last = gate.look(store.at(now), ARMS, RouteWeight.told(T0), now);
    }
    return last;
  }

  static Gate gate() {
    return new Gate(BuiltInTemplates.http().metrics(), 0.01, T0, SETTINGS);
  }
}
