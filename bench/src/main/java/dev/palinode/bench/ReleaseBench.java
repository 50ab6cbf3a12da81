package dev.palinode.bench;

import static org.awaitility.Awaitility.await;

import dev.palinode.crds.Canary;
import dev.palinode.testbed.Account;
import dev.palinode.testbed.AuditLog;
import dev.palinode.testbed.PalinodeProcess;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Product;
import dev.palinode.testbed.Testbed;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * Bad releases, one after the other on three apps in turn: how long from the verdict until the
 * traffic is back and until the revert is on the branch, and how long from the sample to the
 * verdict.
 *
 * <p>The verdict is dated by the arrival, at the API server, of the status that records it. It is
 * computed a moment earlier; what lies between is in the program's own histogram, printed beside.
 */
final class ReleaseBench {
  private static final Duration SCRAPE = Duration.ofSeconds(15);
  private static final Duration EVALUATION = Duration.ofSeconds(5);
  private static final Duration SETTLE = Duration.ofSeconds(2);

  /**
   * Windows end at the same moments for all apps, and so do verdicts: each app fails in a window of
   * its own, since a failure takes about three. Failures that come together share two cores with
   * the API server, the mesh and the git server, and would measure those.
   */
  private static final int APPS = 3;

  private ReleaseBench() {}

  static void run(Figures figures, boolean full)
      throws IOException, InterruptedException, ExecutionException {
    int rounds = full ? 35 : 3;
    try (Testbed testbed =
        Testbed.start(EnumSet.of(Part.CONTROL_PLANE, Part.GIT, Part.PROMETHEUS, Part.MESH))) {
      Product.install(testbed);
      testbed.prometheus().scrape("mesh", SCRAPE, List.of("127.0.0.1:" + testbed.mesh().port()));
      String namespace = testbed.namespace("bench");
      List<Shop> shops = new ArrayList<>();
      for (int i = 0; i < APPS; i++) {
        shops.add(Shop.open(testbed, new App(namespace, "app-" + i, 2)));
      }
      try (PalinodeProcess palinode =
              PalinodeProcess.start(
                  testbed,
                  "prometheus.url=" + testbed.prometheus().uri(),
                  "analysis.records=" + testbed.folder().resolve("records"),
                  "mesh.settle=" + SETTLE.toSeconds() + "s");
          Sightings sightings = new Sightings(testbed.controlPlane().admin(), namespace);
          Ingestion ingestion = new Ingestion(testbed.prometheus())) {
        awaitRest(testbed, namespace);
        awaitScrapes(testbed);
        AuditLog audit = testbed.controlPlane().audit();
        long mark = audit.mark();
        List<Failure> failures = play(shops, sightings, rounds);
        print(figures, failures, verdicts(failures, audit.since(mark, Account.PALINODE)));
        figures.told("ingestion_delay_highest", ingestion.highest(), "s");
        Collection<Double> toVerdict = each(failures, Failure::sampleToVerdict);
        figures.told("sample_to_verdict_n", toVerdict.size(), "samples");
        figures.atMost(
            "sample_to_verdict_highest",
            Figures.max(toVerdict),
            "s",
            SCRAPE.toSeconds() + EVALUATION.toSeconds() + ingestion.highest());
        own(figures, palinode.metrics());
      }
    }
  }

  private static List<Failure> play(List<Shop> shops, Sightings sightings, int rounds)
      throws InterruptedException, ExecutionException {
    List<Failure> failures = new ArrayList<>();
    try (ExecutorService crew = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<Failure>>> played = new ArrayList<>();
      for (int i = 0; i < shops.size(); i++) {
        Shop shop = shops.get(i);
        int turn = i;
        played.add(
            crew.submit(() -> {
              List<Failure> own = new ArrayList<>();
              for (int round = 1; round <= rounds; round++) {
                awaitTurn(turn);
                own.add(shop.fail(round, sightings));
                System.err.println("  " + shop.app().name() + " round " + round);
              }
              return own;
            }));
      }
      for (Future<List<Failure>> each : played) {
        failures.addAll(each.get());
      }
    }
    return failures;
  }

  /** Rounds take one window more or less now and then; the turns stay apart all the same. */
  private static void awaitTurn(int turn) throws InterruptedException {
    long cycle = SCRAPE.multipliedBy(APPS).toMillis();
    long since = System.currentTimeMillis() - SCRAPE.multipliedBy(turn).toMillis();
    Thread.sleep(cycle - Math.floorMod(since, cycle));
  }

  /** When the status that records each verdict arrived at the API server. */
  private static List<Instant> verdicts(List<Failure> failures, List<AuditLog.Request> requests) {
    return failures.stream()
        .map(failure ->
            requests.stream()
                .filter(r -> r.resource().equals("canaries.palinode.dev/status"))
                .filter(r -> r.name().equals(failure.app()))
                .filter(r -> r.code() == 200 && r.at().isBefore(failure.aborting()))
                .map(AuditLog.Request::at)
                .max(Instant::compareTo)
                .orElse(failure.aborting()))
        .toList();
  }

  private static void print(Figures figures, List<Failure> failures, List<Instant> verdicts) {
    List<Double> toRoute = new ArrayList<>();
    List<Double> toCommit = new ArrayList<>();
    List<Double> routeToCommit = new ArrayList<>();
    for (int i = 0; i < failures.size(); i++) {
      toRoute.add(seconds(verdicts.get(i), failures.get(i).routeBack()));
      toCommit.add(seconds(verdicts.get(i), failures.get(i).committed()));
      routeToCommit.add(seconds(failures.get(i).routeBack(), failures.get(i).committed()));
      // Not a figure; it tells whether failures that came together held each other up.
      System.err.printf(
          "  %s %s: sample %.1f s before, route after %.3f s, commit after %.3f s%n",
          verdicts.get(i),
          failures.get(i).app(),
          failures.get(i).sampleToVerdict().orElse(Double.NaN),
          toRoute.getLast(),
          toCommit.getLast());
    }
    figures.told("mesh_settle", SETTLE.toSeconds(), "s");
    figures.samples("verdict_to_route", toRoute.size());
    figures.told("verdict_to_route_p50", Figures.quantile(toRoute, 0.5), "s");
    figures.atMost("verdict_to_route_p99", Figures.quantile(toRoute, 0.99), "s", 1);
    figures.told(
        "served_share_before", 100 * Figures.mean(each(failures, Failure::shareBefore)), "%");
    figures.told(
        "served_share_1s_after_route", 100 * Figures.max(each(failures, Failure::shareAfter)), "%");
    figures.told(
        "last_served_after_route_highest", Figures.max(each(failures, Failure::lastServed)), "s");
    figures.samples("verdict_to_commit", toCommit.size());
    figures.told("route_to_commit_p50", Figures.quantile(routeToCommit, 0.5), "s");
    figures.atMost("verdict_to_commit_p50", Figures.quantile(toCommit, 0.5), "s", 0.25);
    figures.atMost("verdict_to_commit_p99", Figures.quantile(toCommit, 0.99), "s", 1.5);
  }

  /** What the program measured itself: from the verdict computed to the write answered. */
  private static void own(Figures figures, String metrics) {
    double count = value(metrics, "palinode_verdict_to_route_seconds_count");
    double within = value(metrics, "palinode_verdict_to_route_seconds_bucket{le=\"1.0\"}");
    figures.told("verdict_to_route_own_n", count, "samples");
    figures.atMost("verdict_to_route_own_above_1s", 100 * (1 - within / count), "%", 1);
  }

  private static double value(String metrics, String series) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst()
        .orElse(Double.NaN);
  }

  private static Collection<Double> each(
      List<Failure> failures, Function<Failure, Optional<Double>> value) {
    return failures.stream().flatMap(f -> value.apply(f).stream()).toList();
  }

  static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e9;
  }

  /**
   * A store that has just met the stable pods takes their first counters for requests of that
   * moment, and the split for a wrong one: the first failure would measure its age.
   */
  private static void awaitScrapes(Testbed testbed) {
    String known =
        "count(min by (destination_service_name)"
            + " (count_over_time(istio_requests_total{reporter=\"destination\"}[5m])) >= 3)";
    await("the store has seen every stable pod three times")
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> testbed.prometheus().query(known).stream().anyMatch(s -> s.value() == APPS));
  }

  private static void awaitRest(Testbed testbed, String namespace) {
    await("every Canary is at rest")
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofSeconds(1))
        .until(() ->
            testbed
                    .controlPlane()
                    .admin()
                    .resources(Canary.class)
                    .inNamespace(namespace)
                    .list()
                    .getItems()
                    .stream()
                    .filter(IdleBench::rests)
                    .count()
                == APPS);
  }
}
