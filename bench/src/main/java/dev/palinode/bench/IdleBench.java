package dev.palinode.bench;

import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.palinode.crds.Canary;
import dev.palinode.crds.Conditions;
import dev.palinode.crds.Phase;
import dev.palinode.testbed.Account;
import dev.palinode.testbed.AuditLog;
import dev.palinode.testbed.PalinodeProcess;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Product;
import dev.palinode.testbed.Testbed;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What a thousand Canaries at rest cost: memory, requests to the API server, metric queries. */
final class IdleBench {
  private static final int APPS = 1_000;
  private static final int NAMESPACES = 10;

  /** What a start still has to write is over by then. */
  private static final Duration CALM = Duration.ofSeconds(30);

  private IdleBench() {}

  static void run(Figures figures, boolean full) throws IOException, InterruptedException {
    Duration watched = full ? Duration.ofMinutes(10) : Duration.ofMinutes(2);
    AtomicInteger queries = new AtomicInteger();
    HttpServer metrics =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    metrics.createContext(
        "/",
        exchange -> {
          queries.incrementAndGet();
          exchange.sendResponseHeaders(503, -1);
          exchange.close();
        });
    metrics.start();
    try (Testbed testbed = Testbed.start(EnumSet.of(Part.CONTROL_PLANE))) {
      Product.install(testbed);
      create(testbed);
      try (PalinodeProcess palinode =
          PalinodeProcess.start(
              testbed, "prometheus.url=http://127.0.0.1:" + metrics.getAddress().getPort())) {
        awaitRest(testbed.controlPlane().admin());
        Thread.sleep(CALM);
        AuditLog audit = testbed.controlPlane().audit();
        long mark = audit.mark();
        queries.set(0);
        Thread.sleep(watched);
        List<AuditLog.Request> requests = audit.since(mark, Account.PALINODE);
        double minutes = watched.toSeconds() / 60.0;
        figures.told("idle_canaries", APPS, "canaries");
        figures.told("idle_watched", watched.toSeconds(), "s");
        figures.atMost("idle_api_requests", requests.size() / minutes, "1/min", 30);
        figures.atMost("idle_metric_queries", queries.get(), "queries", 0);
        figures.atMost("idle_rss", mebibytes(palinode.pid(), "VmRSS"), "MiB", 384);
        figures.told("idle_rss_highest", mebibytes(palinode.pid(), "VmHWM"), "MiB");
        byKind(requests);
      }
    } finally {
      metrics.stop(0);
    }
  }

  /** Not figures; they tell where requests come from if there are too many. */
  private static void byKind(List<AuditLog.Request> requests) {
    Map<String, Integer> kinds = new TreeMap<>();
    requests.forEach(r -> kinds.merge(r.verb() + " " + r.resource(), 1, Integer::sum));
    kinds.forEach((kind, count) -> System.err.println("  " + count + " x " + kind));
  }

  private static void create(Testbed testbed) throws InterruptedException {
    List<String> namespaces =
        java.util.stream.IntStream.range(0, NAMESPACES)
            .mapToObj(_ -> testbed.namespace("idle"))
            .toList();
    try (ExecutorService some = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < APPS; i++) {
        App app = new App(namespaces.get(i % NAMESPACES), "app-" + i, 1);
        some.execute(() -> testbed.controlPlane().apply(app.all("1.0.0")));
      }
      some.shutdown();
      if (!some.awaitTermination(10, TimeUnit.MINUTES)) {
        throw new IllegalStateException("the apps could not be created in time");
      }
    }
  }

  private static void awaitRest(KubernetesClient client) {
    await("every Canary is at rest")
        .atMost(Duration.ofMinutes(15))
        .pollInterval(Duration.ofSeconds(5))
        .until(() -> {
          long resting =
              client.resources(Canary.class).inAnyNamespace().list().getItems().stream()
                  .filter(IdleBench::rests)
                  .count();
          System.err.println("  " + resting + " of " + APPS + " Canaries at rest");
          return resting == APPS;
        });
  }

  static boolean rests(Canary canary) {
    return canary.getStatus() != null
        && canary.getStatus().phase() == Phase.Idle
        && Conditions.isTrue(canary.getStatus().conditions(), Conditions.READY)
        && Conditions.isTrue(canary.getStatus().conditions(), Conditions.IN_SYNC);
  }

  private static double mebibytes(long pid, String field) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
            .filter(line -> line.startsWith(field + ":"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
            .findFirst()
            .orElseThrow()
        / 1024.0;
  }
}
