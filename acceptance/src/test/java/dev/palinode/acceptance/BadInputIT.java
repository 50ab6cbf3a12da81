package dev.palinode.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Canary;
import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.Phase;
import dev.palinode.crds.RevertStatus;
import dev.palinode.testbed.Needs;
import dev.palinode.testbed.PalinodeProcess;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Testbed;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Bad input gets a sentence that says what to do; nothing is done, and nothing is lost. */
@Needs({Part.CONTROL_PLANE, Part.FLUX, Part.GIT, Part.PROMETHEUS, Part.MESH})
@ExtendWith(SharedPalinode.class)
class BadInputIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void wrongReferences_eachToldWithWhatToDo(Testbed testbed, PalinodeProcess palinode) {
    Shop shop = Shop.open(testbed, Shop.quickCanary(), Map.of());
    apply(
        shop,
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: raw, namespace: NAMESPACE}
        spec:
          hosts: [raw]
          tcp:
          - route: [{destination: {host: checkout}}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: loose, namespace: NAMESPACE}
        spec:
          replicas: 1
          selector: {matchLabels: {app: loose}}
          template:
            metadata: {labels: {app: loose}}
            spec: {containers: [{name: a, image: "loose:1"}]}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: empty, namespace: NAMESPACE, labels: {palinode.dev/hold: declared}}
        spec:
          paused: true
          replicas: 0
          selector: {matchLabels: {app: empty}}
          template:
            metadata: {labels: {app: empty}}
            spec: {containers: [{name: a, image: "empty:1"}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: other, namespace: NAMESPACE}
        spec:
          hosts: [other]
          http:
          - name: secondary
            route: [{destination: {host: checkout}}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: routeless, namespace: NAMESPACE, labels: {palinode.dev/hold: declared}}
        spec:
          paused: true
          replicas: 1
          selector: {matchLabels: {app: routeless}}
          template:
            metadata: {labels: {app: routeless}}
            spec: {containers: [{name: a, image: "routeless:1"}]}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: raw, namespace: NAMESPACE, labels: {palinode.dev/hold: declared}}
        spec:
          paused: true
          replicas: 1
          selector: {matchLabels: {app: raw}}
          template:
            metadata: {labels: {app: raw}}
            spec: {containers: [{name: a, image: "raw:1"}]}
        ---
        apiVersion: palinode.dev/v1alpha1
        kind: AnalysisTemplate
        metadata: {name: typo, namespace: NAMESPACE}
        spec:
          metrics:
          - {name: orders, ratio: {bad: orders_bad_total, total: orders_total}}
        """);
    canary(shop, "no-target", "nowhere", "unused-1", "primary", "");
    canary(shop, "no-virtual-service", "loose", "unused-2", "primary", "");
    canary(shop, "second", "checkout", "unused-3", "primary", "");
    canary(shop, "same-route", "unused-4", "checkout", "primary", "");
    canary(shop, "no-route", "routeless", "other", "nowhere", "");
    canary(shop, "tcp", "raw", "raw", "primary", "");
    canary(shop, "no-template", "unused-5", "unused-5", "primary", "nothing");
    canary(shop, "bad-template", "unused-6", "unused-6", "primary", "typo");
    canary(shop, "admission", "unused-7", "unused-7", "primary", "", "hold: Admission");

    isNotReady(shop, "no-target", "TargetMissing", "nowhere");
    isNotReady(shop, "no-virtual-service", "VirtualServiceMissing", "unused-2");
    isNotReady(shop, "second", "TargetTaken", "delete one of the two");
    isNotReady(shop, "same-route", "RouteTaken", "delete one of the two");
    isNotReady(shop, "no-route", "RouteMissing", "nowhere");
    isNotReady(shop, "tcp", "RouteUnsupported", "tcp");
    isNotReady(shop, "no-template", "TemplateMissing", "nothing");
    isNotReady(shop, "bad-template", "TemplateInvalid", "orders_bad_total");
    isNotReady(shop, "admission", "SpecInvalid", "hold");
    aDeploymentScaledToZeroIsToldSo(shop);
    shop.awaitServing("1.0.0", SOON);
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void deploymentNotHeld_saidAndNothingGuardedWrongly(Testbed testbed, PalinodeProcess palinode) {
    Shop shop = Shop.open(testbed, Shop.quickCanary(), Map.of());
    shop.kubectl(
        "label",
        "deployment",
        "checkout",
        "-n",
        shop.namespace,
        "palinode.dev/hold-",
        "--overwrite");
    String file = Shop.APP + "deployment.yaml";
    shop.git.commit(
        Map.of(
            file,
            shop.git
                .file("main", file)
                .replace("    palinode.dev/hold: declared\n", "    other: label\n")),
        "Drop the label");
    shop.release("5.0.0");
    shop.waiting("HoldMissing", SOON)
        .until(() -> ready(shop, "checkout").getReason().equals("HoldMissing"));
    assertThat(ready(shop, "checkout").getMessage()).contains("palinode.dev/hold: declared");
    assertThat(shop.requests("5.0.0")).isEmpty();
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void wrongToken_blockedWithTheKeyToMendAndNothingLost(Testbed testbed, PalinodeProcess palinode) {
    Shop shop = Shop.open(testbed, Shop.quickCanary(), Map.of());
    shop.gitTarget("not-the-token");
    shop.release("5.1.0-err40");
    shop.waiting("Blocked", Duration.ofSeconds(150))
        .until(() ->
            shop.reverts().stream()
                .anyMatch(r ->
                    r.getStatus() != null
                        && r.getStatus().phaseOrPending() == RevertStatus.Phase.Blocked));
    RevertStatus blocked = shop.reverts().getFirst().getStatus();
    assertThat(blocked.reason()).isEqualTo("Credentials");
    assertThat(blocked.message())
        .contains("token", shop.namespace + "-git")
        .doesNotContain("not-the-token");
    shop.awaitStatus("rejected", SOON, s -> s.phase() == Phase.Rejected);
    assertThat(shop.servedShareOfCandidate()).isZero();
    assertThat(shop.revertCommits()).isEmpty();

    shop.gitTarget(shop.git.token(), 12);
    shop.waiting("the revert after all", Duration.ofSeconds(60))
        .until(() -> shop.revertCommits().size() == 1);
  }

  private static void canary(
      Shop shop,
      String name,
      String target,
      String virtualService,
      String route,
      String template,
      String... more) {
    String analysis =
        template.isEmpty() ? "" : "  analysis: {templates: [{name: %s}]}\n".formatted(template);
    apply(
        shop,
        """
        apiVersion: palinode.dev/v1alpha1
        kind: Canary
        metadata: {name: %s, namespace: NAMESPACE}
        spec:
          targetRef: {kind: Deployment, name: %s}
          traffic:
            istio:
              virtualServices: [{name: %s, routes: [%s]}]
        """
                .formatted(name, target, virtualService, route)
            + analysis
            + String.join("", Stream.of(more).map(l -> "  " + l + "\n").toList()));
  }

  private static void apply(Shop shop, String yaml) {
    shop.testbed.controlPlane().apply(yaml.replace("NAMESPACE", shop.namespace));
  }

  private static void isNotReady(Shop shop, String canary, String reason, String words) {
    shop.waiting(canary + " not ready", SOON)
        .until(() -> ready(shop, canary).getStatus().equals("False"));
    assertThat(ready(shop, canary).getReason()).as("%s", ready(shop, canary)).isEqualTo(reason);
    assertThat(ready(shop, canary).getMessage()).contains(words);
  }

  private static void aDeploymentScaledToZeroIsToldSo(Shop shop) {
    apply(
        shop,
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: empty, namespace: NAMESPACE}
        spec:
          hosts: [empty]
          http:
          - name: primary
            route: [{destination: {host: checkout}}]
        """);
    canary(shop, "no-replicas", "empty", "empty", "primary", "");
    isNotReady(shop, "no-replicas", "TargetScaledToZero", "scale it up");
  }

  private static Condition ready(Shop shop, String name) {
    Canary canary =
        shop.admin.resources(Canary.class).inNamespace(shop.namespace).withName(name).get();
    CanaryStatus status =
        canary == null || canary.getStatus() == null ? CanaryStatus.NEW : canary.getStatus();
    return status.conditions().stream()
        .filter(c -> c.getType().equals("Ready"))
        .findFirst()
        .orElseGet(() -> new Condition("", "", null, "", "", "Ready"));
  }
}
