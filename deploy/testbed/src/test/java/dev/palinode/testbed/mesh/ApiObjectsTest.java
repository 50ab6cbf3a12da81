package dev.palinode.testbed.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.testbed.mesh.MeshConfig.Destination;
import dev.palinode.testbed.mesh.MeshConfig.DestinationRule;
import dev.palinode.testbed.mesh.MeshConfig.Pod;
import dev.palinode.testbed.mesh.MeshConfig.VirtualService;
import dev.palinode.testbed.mesh.Routing.Route;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiObjectsTest {
  private static final KubernetesSerialization YAML = new KubernetesSerialization();

  private static final String ROUTE =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: foo, namespace: shop, creationTimestamp: 2026-01-02T03:04:05Z}
      spec:
        hosts: [shop.example.com, foo]
        gateways: [istio-ingress/public]
        exportTo: ["*"]
        http:
        - name: admin
          match: [{uri: {prefix: /admin}, headers: {x-admin: {exact: "1"}}}]
          route: [{destination: {host: admin}}]
        - name: api
          match: [{uri: {prefix: /api}}, {uri: {exact: /v1}}]
          timeout: 3s
          retries: {attempts: 0}
          route:
          - {destination: {host: foo, subset: palinode-stable, port: {number: 80}}, weight: 95}
          - {destination: {host: foo, subset: palinode-canary}, weight: 5}
        - name: rest
          route: [{destination: {host: foo.shop.svc.cluster.local}}]
      """;

  @Test
  void virtualService_keepsWhatRoutes() {
    VirtualService read = ApiObjects.virtualService(generic(ROUTE));

    assertThat(read.name()).hasToString("shop/foo");
    assertThat(read.created()).isEqualTo(Instant.parse("2026-01-02T03:04:05Z"));
    assertThat(read.hosts()).containsExactly("shop.example.com", "foo");
    assertThat(read.exportTo()).containsExactly("*");
    assertThat(read.http()).extracting(h -> h.name()).containsExactly("admin", "api", "rest");
    assertThat(read.http().get(1).attempts()).isEqualTo(OptionalInt.of(0));
    assertThat(read.http().get(1).destinations())
        .containsExactly(
            new Destination("foo", Optional.of("palinode-stable"), 95),
            new Destination("foo", Optional.of("palinode-canary"), 5));
  }

  @ParameterizedTest
  @CsvSource({
    "shop.example.com, /, rest",
    "shop.example.com, /api/1, api",
    "foo.shop.svc.cluster.local, /v1, api",
    "foo.shop, /admin, rest",
    "foo.shop.svc, /, rest"
  })
  void plainGet_takesTheFirstRouteThatAdmitsIt(String host, String path, String route) {
    MeshConfig config = MeshConfig.EMPTY.with(ApiObjects.virtualService(generic(ROUTE)));
    var hosts = Routing.compile(config, Client.gateway(), Pod::canonicalRevision).hosts();

    assertThat(Routing.find(hosts, host, path)).map(Route::name).contains(route);
    assertThat(Routing.find(hosts, "other.example.com", path)).isEmpty();
  }

  @Test
  void destinationRule_keepsWhatMerges() {
    DestinationRule read =
        ApiObjects.destinationRule(
            generic(
                """
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: foo, namespace: shop}
                spec:
                  host: foo
                  exportTo: [.]
                  workloadSelector: {matchLabels: {app: bar}}
                  trafficPolicy: {connectionPool: {tcp: {maxConnections: 77}}}
                  subsets:
                  - {name: blue, labels: {color: blue}, trafficPolicy: {tls: {mode: DISABLE}}}
                """));

    assertThat(read.host()).isEqualTo("foo");
    assertThat(read.exportTo()).containsExactly(".");
    assertThat(read.workloadSelector()).containsEntry("app", "bar");
    assertThat(read.trafficPolicy()).containsOnlyKeys("connectionPool");
    assertThat(read.subsets())
        .singleElement()
        .satisfies(s -> {
          assertThat(s.labels()).isEqualTo(Map.of("color", "blue"));
          assertThat(s.trafficPolicy()).containsOnlyKeys("tls");
        });
  }

  @Test
  void readyPodOfAReplicaSet_isAnEndpointOfItsWorkload() {
    Pod pod = pod("", "status: {conditions: [{type: Ready, status: 'True'}]}");

    assertThat(pod.isEndpoint()).isTrue();
    assertThat(pod.listening()).isTrue();
    assertThat(pod.workload()).isEqualTo("foo");
    assertThat(pod.templateHash()).isEqualTo("6b7f");
    assertThat(pod.imageTag()).isEqualTo("v2");
    assertThat(pod.canonicalRevision()).isEqualTo("latest");
  }

  @Test
  void crashedPod_refusesConnections() {
    Pod pod =
        pod(
            "",
            """
            status:
              conditions: [{type: Ready, status: 'False'}]
              containerStatuses:
              - {name: app, ready: false, state: {waiting: {reason: CrashLoopBackOff}}}
            """);

    assertThat(pod.isEndpoint()).isFalse();
    assertThat(pod.listening()).isFalse();
  }

  @Test
  void deletedPod_isNoEndpointEvenWhileReady() {
    Pod pod =
        pod(
            "deletionTimestamp: 2026-01-02T03:04:05Z",
            "status: {conditions: [{type: Ready, status: 'True'}]}");

    assertThat(pod.terminating()).isTrue();
    assertThat(pod.isEndpoint()).isFalse();
    assertThat(pod.preStop()).isEqualTo(Duration.ofSeconds(2));
  }

  private static Pod pod(String metadata, String status) {
    return ApiObjects.pod(
        YAML.unmarshal(
            """
            apiVersion: v1
            kind: Pod
            metadata:
              name: foo-6b7f-x
              namespace: shop
              uid: u1
              labels: {app: foo, pod-template-hash: 6b7f}
              ownerReferences:
              - {apiVersion: apps/v1, kind: ReplicaSet, name: foo-6b7f, uid: r1, controller: true}
            """
                + (metadata.isEmpty() ? "" : "  " + metadata + "\n")
                + """
                spec:
                  containers:
                  - name: app
                    image: registry.example.com/foo:v2
                    lifecycle: {preStop: {sleep: {seconds: 2}}}
                """
                + status,
            io.fabric8.kubernetes.api.model.Pod.class));
  }

  private static GenericKubernetesResource generic(String yaml) {
    return YAML.unmarshal(yaml, GenericKubernetesResource.class);
  }
}
