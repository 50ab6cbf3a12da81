package dev.palinode.testbed.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.palinode.testbed.Needs;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Testbed;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The simulator on a real API server, scraped by a real Prometheus. */
@Needs({Part.CONTROL_PLANE, Part.PROMETHEUS})
class MeshSimulatorTest {
  private Testbed testbed;
  private String namespace = "";
  private String host = "";
  private MeshSimulator mesh;
  @TempDir Path folder;

  @BeforeEach
  void startStableAndCanary() {
    namespace = testbed.namespace("mesh");
    host = "foo." + namespace + ".svc.cluster.local";
    mesh =
        MeshSimulator.builder(client())
            .namespaces(namespace)
            .logFile(folder.resolve("requests.ndjson"))
            .start();
    apply(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: foo}
        spec:
          selector: {app: foo}
          ports: [{port: 80}]
        """);
    deploy("foo-a", "v1");
    apply(rule());
    apply(route(100, 0));
    await().atMost(Duration.ofSeconds(20)).until(() -> ready("v1") == 3);
    deploy("foo-b", "v2-err20");
    await().atMost(Duration.ofSeconds(20)).until(() -> ready("v2-err20") == 3);
    await().until(() -> mesh.servedWeights(host).equals(Map.of("stable", 100)));
  }

  @AfterEach
  void stop() {
    mesh.close();
  }

  @Test
  void weightsWritten_areServedAboutHundredMillisecondsLater() {
    mesh.rate(host, 200);
    List<Duration> delays = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      String next = i % 2 == 0 ? "v2-err20" : "v1";
      apply(i % 2 == 0 ? route(0, 100) : route(100, 0));
      Instant written = Instant.now();
      await().pollInterval(Duration.ofMillis(20)).until(() -> first(next, written).isPresent());
      delays.add(Duration.between(written, first(next, written).get().time()));
    }

    Collections.sort(delays);
    assertThat(delays.get(5)).isBetween(Duration.ofMillis(80), Duration.ofMillis(180));
    assertThat(mesh.log().failures(Instant.EPOCH)).allMatch(r -> r.code() == 500);
  }

  @Test
  void weightAndErrors_areSeenByPrometheus() throws IOException {
    apply(route(50, 50));
    await().until(() -> mesh.servedWeights(host).equals(Map.of("stable", 50, "canary", 50)));
    testbed
        .prometheus()
        .scrape(namespace, Duration.ofSeconds(1), List.of("127.0.0.1:" + mesh.port()));
    Instant start = Instant.now();
    mesh.rate(host, 500);
    String requests =
        "sum(istio_requests_total{job=\"%s\",reporter=\"destination\",pod=~\"foo-b-.*\"%s})";
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> value(requests.formatted(namespace, "")) > 1_000);
    mesh.rate(host, 0);
    testbed.prometheus().stopScraping(namespace);

    double canary = value(requests.formatted(namespace, ""));
    double errors = value(requests.formatted(namespace, ",response_code=\"500\""));
    assertThat(errors / canary).isBetween(0.14, 0.26);
    assertThat(mesh.log().share("v2-err20", start)).isBetween(0.45, 0.55);
    assertThat(Files.readAllLines(folder.resolve("requests.ndjson")))
        .hasSize((int) mesh.log().total());
  }

  @Test
  void canaryPodsDeletedUnderWeight_failTheirWholeShare() {
    apply(route(50, 50));
    await().until(() -> mesh.servedWeights(host).containsKey("canary"));
    mesh.behaviour("v2-.*", Behaviour.HEALTHY);
    mesh.rate(host, 200);
    client().apps().deployments().inNamespace(namespace).withName("foo-b").scale(0);
    await().atMost(Duration.ofSeconds(20)).until(() -> flagged("UH") > 200);

    assertThat(flagged("UF")).isBetween(3L, 60L);
    Instant broken = Instant.now().minusMillis(500);
    assertThat(mesh.log().share("v1", broken)).isBetween(0.3, 0.7);
  }

  private Optional<Request> first(String tag, Instant since) {
    return mesh.log().requests(since).stream().filter(r -> r.imageTag().equals(tag)).findFirst();
  }

  private long flagged(String flags) {
    return mesh.log().failures(Instant.EPOCH).stream().filter(r -> r.flags().equals(flags)).count();
  }

  private double value(String query) {
    var samples = testbed.prometheus().query(query);
    return samples.isEmpty() ? 0 : samples.getFirst().value();
  }

  private KubernetesClient client() {
    return testbed.controlPlane().admin();
  }

  private long ready(String tag) {
    return client().pods().inNamespace(namespace).list().getItems().stream()
        .map(ApiObjects::pod)
        .filter(p -> p.isEndpoint() && p.imageTag().equals(tag))
        .count();
  }

  private void apply(String yaml) {
    client().resource(yaml).inNamespace(namespace).forceConflicts().serverSideApply();
  }

  private void deploy(String name, String tag) {
    apply(
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: %1$s}
        spec:
          replicas: 3
          selector: {matchLabels: {app: foo, slot: %1$s}}
          template:
            metadata: {labels: {app: foo, slot: %1$s}}
            spec:
              containers: [{name: app, image: "registry.example/foo:%2$s"}]
        """
            .formatted(name, tag));
  }

  private static String rule() {
    return """
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata: {name: foo}
    spec:
      host: foo
      subsets:
      - {name: stable, labels: {slot: foo-a}}
      - {name: canary, labels: {slot: foo-b}}
    """;
  }

  private static String route(int stable, int canary) {
    return """
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata: {name: foo}
    spec:
      hosts: [foo]
      http:
      - name: primary
        route:
        - {destination: {host: foo, subset: stable}, weight: %d}
        - {destination: {host: foo, subset: canary}, weight: %d}
    """
        .formatted(stable, canary);
  }
}
