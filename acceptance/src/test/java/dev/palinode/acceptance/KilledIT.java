package dev.palinode.acceptance;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.acceptance.KillingProxy.Moment;
import dev.palinode.acceptance.KillingProxy.Write;
import dev.palinode.crds.Canary;
import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.Phase;
import dev.palinode.testbed.Needs;
import dev.palinode.testbed.PalinodeProcess;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Product;
import dev.palinode.testbed.Testbed;
import dev.palinode.testbed.mesh.Request;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The process is killed, as the machine does it, just before and just after writes in every phase
 * of a good and of a bad release. What comes out is what comes out of an undisturbed one.
 *
 * <p>A first release of each kind is left alone: its writes are the possible places, its end is the
 * one expected of all others. Several releases then run at once under one process; each kill meets
 * all of them, at the chosen write of one and wherever the others happen to be. The Lease is
 * shortened to five seconds, which the next process needs to start anyway.
 *
 * <p>{@code -Dpalinode.kills=N} takes N writes of each phase instead of one, {@code all} every one;
 * {@code -Dpalinode.seed=N} takes others.
 */
@Needs(
    value = {Part.CONTROL_PLANE, Part.FLUX, Part.GIT, Part.PROMETHEUS, Part.MESH},
    alone = true)
class KilledIT {
  private static final Duration SETTLE = Duration.ofSeconds(2);
  private static final String REJECTED_TO_IDLE = "Idle again";
  private static final Set<String> OF_GOOD =
      Set.of("Preparing", "Progressing", "Promoting", "Draining");
  private static final Set<String> OF_BAD =
      Set.of("Preparing", "Progressing", "Aborting", "Reverting", "Rejected", REJECTED_TO_IDLE);
  private static final int AT_ONCE = 6;
  private static final Duration LONG = Duration.ofMinutes(10);

  private static final Map<String, Release> RELEASES = new ConcurrentHashMap<>();
  private static final List<Release> GOOD = new ArrayList<>();
  private static final List<Release> BAD = new ArrayList<>();
  private static Release undisturbedGood;
  private static Release undisturbedBad;
  private static Release pushed;
  private static KillingProxy proxy;
  private static PalinodeProcess palinode;

  @BeforeAll
  static void killEverywhere(Testbed testbed) {
    Product.install(testbed);
    proxy = KillingProxy.start(testbed);
    palinode =
        PalinodeProcess.start(
            testbed,
            proxy.kubeconfig(),
            "prometheus.url=" + testbed.prometheus().uri(),
            "prometheus.scrape-interval=1s",
            "analysis.interval=1s",
            "analysis.records=" + SharedPalinode.RECORDS,
            "mesh.settle=" + SETTLE.toSeconds() + "s",
            "mesh.drain=1s",
            "leader-election.lease=5s",
            "leader-election.renew-deadline=4s",
            "leader-election.retry-period=1s",
            "writer.mirrors=" + testbed.folder().resolve("mirrors"));
    palinode.supervise();
    proxy.watch(KilledIT::isDue, palinode::killAndLaunch);

    undisturbedGood = new Release(testbed, true, List.of());
    undisturbedBad = new Release(testbed, false, List.of());
    together(List.of(undisturbedGood, undisturbedBad));
    undisturbedGood.print("good");
    undisturbedBad.print("bad");

    long seed = Long.getLong("palinode.seed", 20_260_101L);
    String kills = System.getProperty("palinode.kills", "1");
    System.out.println("kills in each phase: " + kills + ", from seed " + seed);
    itineraries(undisturbedGood, OF_GOOD, kills, new Random(seed))
        .forEach(points -> GOOD.add(new Release(testbed, true, points)));
    itineraries(undisturbedBad, OF_BAD, kills, new Random(seed + 1))
        .forEach(points -> BAD.add(new Release(testbed, false, points)));
    pushed =
        new Release(
            testbed,
            false,
            List.of(new Point("Aborting", "PUT reverts/status > Pushed", 1, Moment.BEFORE)));
    List<Release> waiting =
        new ArrayList<>(Stream.of(List.of(pushed), GOOD, BAD).flatMap(List::stream).toList());
    while (!waiting.isEmpty()) {
      List<Release> next = waiting.subList(0, Math.min(AT_ONCE, waiting.size()));
      together(next);
      next.clear();
    }
  }

  @AfterAll
  static void stop() {
    if (palinode != null) {
      palinode.close();
    }
    if (proxy != null) {
      proxy.close();
    }
  }

  @Test
  void killedInEveryPhase_noPhaseWasLeftOut() {
    Map<String, List<Point>> good = byPlace(GOOD);
    Map<String, List<Point>> bad = byPlace(BAD);
    show("good", good);
    show("bad", bad);
    assertThat(good.keySet()).containsAll(OF_GOOD);
    assertThat(bad.keySet()).containsAll(OF_BAD);
    for (var hits : List.of(good, bad)) {
      assertThat(hits.values().stream().flatMap(List::stream).map(Point::moment))
          .contains(Moment.BEFORE, Moment.AFTER);
    }
    assertThat(proxy.forwarded()).isGreaterThan(undisturbedGood.recorded.size());
  }

  @Test
  void goodReleaseKilledInEveryPhase_servesAsIfUndisturbed() {
    assertThat(undisturbedGood.end)
        .containsEntry("serves", "checkout:" + undisturbedGood.tag)
        .containsEntry("commits of ours", 0L);
    for (Release release : GOOD) {
      assertThat(release.end).as(release.toString()).isEqualTo(undisturbedGood.end);
      assertThat(release.route).as("git's route").isEqualTo(release.routeInGit);
      assertThat(release.judged()).isNotEmpty().isSubsetOf(release.shop.podNames(release.tag));
      release.shop.assertReplays();
    }
  }

  @Test
  void badReleaseKilledInEveryPhase_oneCommitAndTheStablePodsStay() {
    assertThat(undisturbedBad.end)
        .containsEntry("serves", "checkout:1.0.0")
        .containsEntry("commits of ours", 1L);
    for (Release release : BAD) {
      assertThat(release.end).as(release.toString()).isEqualTo(undisturbedBad.end);
      assertThat(release.route).as("git's route").isEqualTo(release.routeInGit);
      release.assertGoodAgain();
      release.shop.assertReplays();
    }
  }

  @Test
  void killedBetweenPushAndStatus_itsCommitIsAdopted() {
    assertThat(pushed.hit).hasSize(1);
    assertThat(pushed.commitsAtKill).isEqualTo(1);
    assertThat(pushed.end).isEqualTo(undisturbedBad.end);
    pushed.assertGoodAgain();
  }

  /**
   * Where to kill.
   *
   * @param place the phase in the API server at that moment
   * @param what the write
   * @param nth of its kind in this place
   */
  private record Point(String place, String what, int nth, Moment moment) {
    @Override
    public String toString() {
      return moment + " " + what + (nth == 1 ? "" : " #" + nth);
    }
  }

  private static boolean isDue(Write write, Moment moment) {
    Release release = RELEASES.get(write.namespace());
    return release != null && release.passes(write, moment);
  }

  /** One release of a shop of its own, and what the proxy saw of it. */
  private static final class Release {
    final Testbed testbed;
    final boolean good;
    final String tag;
    final List<Point> planned;
    final List<Point> hit = new ArrayList<>();
    final List<Point> recorded = new ArrayList<>();
    final Map<Point, Integer> seen = new HashMap<>();
    Shop shop;
    Map<String, Object> end = Map.of();
    Map<String, Object> route = Map.of();
    Map<String, Object> routeInGit = Map.of();
    String goodFile = "";
    List<String> stablePods = List.of();
    Set<String> labelled = Set.of();
    private boolean underWay;
    private Instant trafficOff;
    private int commitsAtKill;
    private Instant restSince;

    Release(Testbed testbed, boolean good, List<Point> planned) {
      this.testbed = testbed;
      this.good = good;
      this.tag = good ? "1.1.0" : "1.1.0-err50";
      this.planned = new ArrayList<>(planned);
    }

    Void run() {
      String trust = good ? "analysis: {onInconclusive: Promote}" : "paused: false";
      shop = Shop.open(testbed, Shop.quickCanary(trust), Map.of());
      shop.load(200);
      goodFile = shop.git.file("main", Shop.APP + "deployment.yaml");
      stablePods = shop.podNames("1.0.0");
      routeInGit = routeOf(shop.virtualService());
      RELEASES.put(shop.namespace, this);
      shop.release(tag);
      if (good) {
        shop.awaitServing(tag, LONG);
      } else {
        shop.awaitStatus("the bad release seen", LONG, s -> s.phase() != Phase.Idle);
        suspendFlux(true);
        shop.awaitStatus("the bad release rejected", LONG, s -> s.phase() == Phase.Rejected);
        suspendFlux(false);
        shop.awaitServing("1.0.0", LONG);
      }
      awaitRest();
      shop.load(0);
      System.out.printf("%tT %s%n", LocalTime.now(), this);
      return null;
    }

    /** The last writes, and the last kills, come at rest. */
    private void awaitRest() {
      shop.waiting("all at rest", Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(500))
          .until(() -> {
            end = endState();
            route = routeOf(shop.virtualService());
            return "True".equals(end.get("in sync"))
                && List.of("[]", "[Observed]").contains(String.valueOf(end.get("reverts")))
                && "[]".equals(String.valueOf(end.get("finalizers")))
                && (allHit() || noMoreToCome());
          });
    }

    private boolean noMoreToCome() {
      if (restSince == null) {
        restSince = Instant.now();
      }
      return restSince.plusSeconds(10).isBefore(Instant.now());
    }

    synchronized boolean allHit() {
      return planned.isEmpty();
    }

    synchronized boolean passes(Write write, Moment moment) {
      String place = place(write);
      Point kind = new Point(place, write.what(), 0, moment);
      Point point = new Point(place, write.what(), seen.merge(kind, 1, Integer::sum), moment);
      recorded.add(point);
      if (place.equals("Aborting")
          && moment == Moment.AFTER
          && write.what().equals("PATCH virtualservices")
          && trafficOff == null) {
        trafficOff = Instant.now();
      }
      boolean due = planned.remove(point) || insteadOf(point);
      if (!due) {
        return false;
      }
      hit.add(point);
      commitsAtKill = shop.revertCommits().size();
      System.out.printf(
          "%tT killed in %s of %s: %s%n", LocalTime.now(), place, shop.namespace, point);
      return true;
    }

    /** A kill elsewhere may have made a write needless; the phase is not left without its own. */
    private boolean insteadOf(Point leaving) {
      return leaving.moment() == Moment.BEFORE
          && leaving.what().startsWith("PUT canaries/status > ")
          && planned.removeIf(p -> p.place().equals(leaving.place()));
    }

    private String place(Write write) {
      underWay |= write.phase() != Phase.Idle;
      return write.phase() == Phase.Idle && underWay ? REJECTED_TO_IDLE : write.phase().name();
    }

    private void suspendFlux(boolean suspend) {
      shop.kubectl(
          "patch",
          "kustomization",
          "checkout",
          "--namespace=" + shop.namespace,
          "--type=merge",
          "--patch={\"spec\":{\"suspend\":" + suspend + "}}");
    }

    /** What must not depend on whether anybody was killed. */
    private Map<String, Object> endState() {
      CanaryStatus status = shop.status();
      Map<String, Object> state = new TreeMap<>();
      state.put("phase", status.phase());
      state.put("serves", status.stable() == null ? "" : status.stable().image());
      state.put("recorded at head", headIsRecorded(status));
      state.put("candidate", String.valueOf(status.candidate()));
      Map<String, String> conditions = conditions(status);
      state.put("conditions", conditions);
      // Of the same look as the conditions: that of a later one says nothing of theirs.
      state.put("in sync", String.valueOf(conditions.get("InSync")));
      state.put(
          "history", status.history().stream().map(CanaryStatus.HistoryEntry::outcome).toList());
      state.put("rejected", status.rejected().stream().map(CanaryStatus.Rejection::cause).toList());
      state.put("declares", shop.liveImage());
      state.put("replica sets", replicaSets());
      state.put(
          "pods",
          shop.pods().stream()
              .collect(
                  groupingBy(
                      p -> p.getSpec().getContainers().getFirst().getImage(),
                      TreeMap::new,
                      counting())));
      state.put("destination rules", shop.destinationRules().size());
      state.put(
          "reverts",
          shop.reverts().stream().map(r -> r.getStatus().phaseOrPending().name()).toList());
      state.put("commits of ours", (long) shop.revertCommits().size());
      state.put("finalizers", finalizers());
      return state;
    }

    private boolean headIsRecorded(CanaryStatus status) {
      return status.stable() != null && Objects.equals(status.stable().revision(), shop.git.head());
    }

    private Map<String, String> conditions(CanaryStatus status) {
      Map<String, String> found = new TreeMap<>();
      status.conditions().forEach(c -> found.put(c.getType(), c.getStatus()));
      return found;
    }

    private Map<String, Integer> replicaSets() {
      Map<String, Integer> found = new TreeMap<>();
      shop.admin
          .apps()
          .replicaSets()
          .inNamespace(shop.namespace)
          .list()
          .getItems()
          .forEach(r ->
              found.merge(
                  r.getSpec().getTemplate().getSpec().getContainers().getFirst().getImage(),
                  r.getSpec().getReplicas(),
                  Integer::sum));
      return found;
    }

    private List<String> finalizers() {
      return shop.admin
          .resources(Canary.class)
          .inNamespace(shop.namespace)
          .withName("checkout")
          .get()
          .getFinalizers();
    }

    /** The pods that were given requests of the new release, at whatever share. */
    Set<String> judged() {
      return requests().map(Request::pod).collect(toCollection(TreeSet::new));
    }

    private Stream<Request> requests() {
      return shop.mesh.log().requests(Instant.EPOCH).stream()
          .filter(r -> r.host().equals(shop.host()) && r.imageTag().equals(tag));
    }

    void assertGoodAgain() {
      assertThat(shop.git.file("main", Shop.APP + "deployment.yaml")).isEqualTo(goodFile);
      assertThat(shop.revertCommits()).as(toString()).hasSize(1);
      assertThat(shop.podNames("1.0.0")).as(toString()).isEqualTo(stablePods);
      assertThat(trafficOff).isNotNull();
      Optional<Instant> last = requests().map(Request::time).max(Comparator.naturalOrder());
      assertThat(last).isPresent();
      assertThat(last.get()).as(toString()).isBefore(trafficOff.plus(SETTLE).plusSeconds(1));
    }

    void print(String what) {
      System.out.println("writes of an undisturbed " + what + " release:");
      String place = "";
      for (Point p : recorded) {
        if (p.moment() == Moment.BEFORE) {
          System.out.printf("  %-12s %s%n", p.place().equals(place) ? "" : p.place(), p.what());
          place = p.place();
        }
      }
    }

    @Override
    public String toString() {
      return (shop == null ? "?" : shop.namespace) + " killed " + hit + ", not reached " + planned;
    }
  }

  private static Map<String, Object> routeOf(GenericKubernetesResource virtualService) {
    Map<String, Object> route = new TreeMap<>();
    route.put("spec", virtualService.getAdditionalProperties().get("spec"));
    route.put("annotations", String.valueOf(virtualService.getMetadata().getAnnotations()));
    route.put("labels", virtualService.getMetadata().getLabels());
    route.put(
        "managers",
        virtualService.getMetadata().getManagedFields().stream()
            .map(f -> f.getManager() + " " + f.getOperation() + " " + f.getFieldsV1())
            .sorted()
            .toList());
    return route;
  }

  /** For each release to kill, one point in each place; one place is before, the next after. */
  private static List<List<Point>> itineraries(
      Release undisturbed, Set<String> places, String kills, Random random) {
    Map<String, List<Point>> possible = new TreeMap<>();
    undisturbed.recorded.stream()
        .filter(p -> places.contains(p.place()))
        .forEach(p -> possible.computeIfAbsent(p.place(), _ -> new ArrayList<>()).add(p));
    assertThat(possible.keySet()).as("phases with writes").containsAll(places);
    boolean all = kills.equals("all");
    int most = possible.values().stream().mapToInt(List::size).max().orElseThrow();
    int count = all ? most : Integer.parseInt(kills);
    List<List<Point>> itineraries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<Point> points = new ArrayList<>();
      int turn = i;
      for (List<Point> here : possible.values()) {
        Moment moment = Moment.values()[turn++ % 2];
        // How often a status is written depends on how often somebody looks.
        List<Point> fitting =
            here.stream()
                .filter(p -> p.moment() == moment)
                .filter(p -> p.nth() == 1 || !p.what().equals("PUT canaries/status"))
                .toList();
        if (all && i < here.size()) {
          points.add(here.get(i));
        } else if (!all) {
          points.add(fitting.get(random.nextInt(fitting.size())));
        }
      }
      itineraries.add(points);
    }
    return itineraries;
  }

  private static void together(List<Release> releases) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Void>> runs =
          releases.stream().map(r -> threads.submit((Callable<Void>) r::run)).toList();
      for (int i = 0; i < runs.size(); i++) {
        try {
          runs.get(i).get(15, TimeUnit.MINUTES);
        } catch (ExecutionException e) {
          throw new AssertionError(releases.get(i) + ": " + releases.get(i).end, e.getCause());
        }
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, List<Point>> byPlace(List<Release> releases) {
    return releases.stream()
        .flatMap(r -> r.hit.stream())
        .collect(groupingBy(Point::place, TreeMap::new, toCollection(ArrayList::new)));
  }

  private static void show(String kind, Map<String, List<Point>> hits) {
    System.out.println("killed during a " + kind + " release:");
    hits.forEach(
        (place, points) -> System.out.printf("  %-12s %d: %s%n", place, points.size(), points));
  }
}
