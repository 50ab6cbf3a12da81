package dev.palinode.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.Target;
import dev.palinode.controller.decide.Workload;
import dev.palinode.controller.decide.Workload.ReplicaSet;
import dev.palinode.controller.gitops.Origins;
import dev.palinode.controller.ports.Outcome;
import dev.palinode.controller.ports.WorkloadKey;
import dev.palinode.controller.workload.DeploymentCache;
import dev.palinode.controller.workload.DeploymentWorkloads;
import dev.palinode.crds.ObjectName;
import dev.palinode.testbed.Account;
import dev.palinode.testbed.AuditLog;
import dev.palinode.testbed.Needs;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Testbed;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The hand-over on the real Deployment controller, with no right to write a Deployment: judged pods
 * become the stable pods, and none is restarted on the way.
 */
@Needs(value = Part.CONTROL_PLANE, alone = true)
class HandOverIT {
  private static final int N = 4;
  private static final String RIGHTS =
      """
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata: {name: workloads, namespace: %1$s}
      rules:
      - {apiGroups: [apps], resources: [deployments], verbs: [get]}
      - {apiGroups: [apps], resources: [replicasets], verbs: [get, list, create, patch, delete]}
      - {apiGroups: [""], resources: [pods], verbs: [list, patch]}
      - {apiGroups: [""], resources: [configmaps], verbs: [get]}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata: {name: workloads, namespace: %1$s}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: workloads}
      subjects: [{kind: ServiceAccount, name: palinode, namespace: palinode-system}]
      """;

  private Testbed testbed;
  private KubernetesClient admin;
  private String namespace;
  private WorkloadKey key;
  private DeploymentWorkloads workloads;
  private long mark;

  @BeforeEach
  void makeCanary() {
    admin = testbed.controlPlane().admin();
    namespace = testbed.namespace("handover");
    mark = testbed.controlPlane().audit().mark();
    testbed.controlPlane().apply(RIGHTS.formatted(namespace));
    testbed.controlPlane().apply(Path.of("../deploy/crds/canaries.yaml"));
    var canary =
        testbed
            .controlPlane()
            .apply(
                """
                apiVersion: palinode.dev/v1alpha1
                kind: Canary
                metadata: {name: web, namespace: %s}
                spec:
                  targetRef: {name: web}
                  traffic: {istio: {virtualServices: [{name: web}]}}
                """
                    .formatted(namespace))
            .getFirst();
    String uid = admin.resource(canary).get().getMetadata().getUid();
    key = new WorkloadKey(new ObjectName(namespace, "web"), uid, "web");
    KubernetesClient palinode = testbed.controlPlane().client(Account.PALINODE);
    workloads =
        new DeploymentWorkloads(
            palinode,
            DeploymentCache.NONE,
            new Origins(palinode, "argocd"),
            InstantSource.system());
  }

  @AfterEach
  void onlyReplicaSetsAndPodsWereWritten() {
    assertThat(testbed.controlPlane().audit().since(mark, Account.PALINODE))
        .filteredOn(AuditLog.Request::isWrite)
        .extracting(AuditLog.Request::resource)
        .isSubsetOf("replicasets.apps", "pods");
  }

  @Test
  void deploymentCreatedPaused_bootstrapMakesItServe() {
    declare("app:v1");
    within().until(() -> deployment().getStatus().getObservedGeneration() != null);
    assertThat(workload().replicaSets()).isEmpty();

    assertThat(apply(new Effect.Bootstrap(digest()))).isEqualTo(Outcome.DONE);

    within().until(() -> isRolledOut(deployment()));
    assertThat(rolloutStatus()).contains("successfully rolled out");
    assertThat(workload().serving())
        .singleElement()
        .satisfies(r -> assertThat(r.templateDigest()).isEqualTo(digest()))
        .satisfies(r -> assertThat(r.available()).isEqualTo(N));
    assertThat(deployment().getSpec().getPaused()).isTrue();
  }

  @Test
  void heldTemplate_movesNoPodAndTheCandidateIsWordForWord() {
    List<String> stable = serve("app:v1");

    ReplicaSet candidate = candidate("app:v2", 2);

    assertThat(candidate.templateDigest()).isEqualTo(digest());
    assertThat(candidate.pods()).isEqualTo(2);
    assertThat(apply(new Effect.LabelPods())).isEqualTo(Outcome.DONE);
    assertThat(workload().candidatePods()).hasSize(2).allMatch(Workload.Pod::labelled);
    assertThat(uids(v("v1"))).isEqualTo(stable);
    assertThat(workload().serving()).singleElement().matches(r -> r.available() == N);
  }

  @Test
  void handOverWhilePaused_keepsEveryCandidatePod() {
    serve("app:v1");
    ReplicaSet candidate = candidate("app:v2", N);
    apply(new Effect.LabelPods());
    List<String> judged = uids(v("v2"));
    Deployment before = deployment();

    assertThat(apply(new Effect.HandOver(digest(), N))).isEqualTo(Outcome.DONE);

    within().until(() -> isRolledOut(deployment()) && uids(v("v1")).isEmpty());
    assertThat(uids(v("v2"))).isEqualTo(judged).hasSize(N);
    assertThat(workload().serving()).singleElement().matches(r -> r.uid().equals(candidate.uid()));
    assertThat(workload().candidate()).isEmpty();
    assertThat(rolloutStatus()).contains("successfully rolled out");
    assertThat(deployment().getSpec()).isEqualTo(before.getSpec());
    assertThat(deployment().getMetadata().getGeneration())
        .isEqualTo(before.getMetadata().getGeneration());
    assertThat(deployment().getMetadata().getAnnotations())
        .containsEntry("deployment.kubernetes.io/revision", "2");
    assertThat(apply(new Effect.HandOver(digest(), N))).isEqualTo(Outcome.DONE);
  }

  @Test
  void abort_keepsEveryStablePod() {
    List<String> stable = serve("app:v1");
    candidate("app:v2", N);

    assertThat(apply(new Effect.DeleteCandidate())).isEqualTo(Outcome.DONE);

    within().until(() -> workload().candidatePods().isEmpty());
    assertThat(workload().candidate()).isEmpty();
    assertThat(uids(v("v2"))).isEmpty();
    assertThat(uids(v("v1"))).isEqualTo(stable);
    declare("app:v1");
    within().until(() -> isRolledOut(deployment()));
    assertThat(uids(v("v1"))).isEqualTo(stable);
  }

  @Test
  void staleTwin_isDeletedFirstAndTheWayBackIsClean() {
    serve("app:v1");
    promote("app:v2");
    declare("app:v1");
    ReplicaSet twin = workload().ownedWith(digest()).orElseThrow();
    assertThat(twin.replicas()).isZero();

    assertThat(apply(new Effect.DeleteTwin(twin.name(), twin.uid()))).isEqualTo(Outcome.DONE);
    candidate("app:v1", N);
    List<String> judged = uids(v("v1"));
    assertThat(apply(new Effect.HandOver(digest(), N))).isEqualTo(Outcome.DONE);

    within().until(() -> isRolledOut(deployment()) && uids(v("v2")).isEmpty());
    assertThat(uids(v("v1"))).isEqualTo(judged).hasSize(N);
  }

  @Test
  void podLostAtTheHandOver_isReplacedAndTheOthersStay() {
    String old = serveAs("app:v1");
    candidate("app:v2", N);
    List<String> judged = uids(v("v2"));
    Pod lost = pods(v("v2")).getFirst();

    testbed.controlPlane().stopControllerManager();
    assertThat(apply(new Effect.HandOver(digest(), N))).isEqualTo(Outcome.DONE);
    admin.resource(lost).withGracePeriod(0).delete();
    testbed.controlPlane().startControllerManager();

    within().until(() -> uids(v("v2")).size() >= N);
    apply(new Effect.ScaleToZero(List.of(old)));
    within().until(() -> isRolledOut(deployment()) && uids(v("v1")).isEmpty());
    assertThat(uids(v("v2")))
        .hasSize(N)
        .filteredOn(judged::contains)
        .hasSizeGreaterThanOrEqualTo(N - 2);
  }

  @Test
  void podUnreadyForGood_drainTakesTheOldPodsAndKeepsTheNew() {
    String old = serveAs("app:v1");
    ReplicaSet candidate = candidate("app:v2", N);

    testbed.controlPlane().stopControllerManager();
    assertThat(apply(new Effect.HandOver(digest(), N))).isEqualTo(Outcome.DONE);
    makeUnready(pods(v("v2")).getFirst());
    // Else the Deployment controller may still see the old count, and there is nothing to repair.
    countAvailable(candidate.name(), N - 1);
    testbed.controlPlane().startControllerManager();
    within().until(() -> named(candidate.name()).filter(r -> r.available() < N).isPresent());
    within().until(() -> deployment().getStatus().getUnavailableReplicas() != null);
    assertThat(named(old).orElseThrow().replicas()).as("stuck").isPositive();

    within().until(() -> apply(new Effect.ScaleToZero(List.of(old))).equals(Outcome.DONE));

    within().until(() -> uids(v("v1")).isEmpty());
    within().until(() -> named(candidate.name()).filter(r -> r.replicas() == N).isPresent());
    assertThat(named(candidate.name()).orElseThrow().available()).isGreaterThanOrEqualTo(N - 1);
  }

  @Test
  void faults_areToldInTheKubeletsWords() {
    serve("app:v1");
    candidateWithoutWaiting("app:v2-nopull", 1);
    within().until(() -> workload().fault().isPresent());
    assertThat(workload().fault().orElseThrow()).contains("container app: ImagePullBackOff");

    apply(new Effect.DeleteCandidate());
    within().until(() -> workload().candidatePods().isEmpty());
    candidateWithoutWaiting("app:v3-crash", 1);
    within().until(() -> workload().fault().isPresent());
    assertThat(workload().fault().orElseThrow()).contains("container app: CrashLoopBackOff");
  }

  @Test
  void quota_isToldInTheServersWords() {
    serve("app:v1");
    testbed
        .controlPlane()
        .apply(
            """
            apiVersion: v1
            kind: ResourceQuota
            metadata: {name: pods, namespace: %s}
            spec: {hard: {pods: "%d"}}
            """
                .formatted(namespace, N));
    within()
        .until(() -> {
          var quota =
              admin.resourceQuotas().inNamespace(namespace).withName("pods").get().getStatus();
          return quota != null && quota.getUsed() != null && !quota.getUsed().isEmpty();
        });

    candidateWithoutWaiting("app:v2", 1);

    within().until(() -> workload().candidate().flatMap(ReplicaSet::createFailure).isPresent());
    assertThat(workload().candidate().flatMap(ReplicaSet::createFailure).orElseThrow())
        .contains("exceeded quota");
  }

  @Test
  void personsEdit_isNotTheAgents() {
    declare("app:v1");
    assertThat(target().agent()).contains(Target.Agent.Flux);
    assertThat(target().templateByAgent()).isTrue();

    testbed
        .controlPlane()
        .kubectl(
            Account.ADMIN,
            "set",
            "image",
            "deployment/web",
            "app=registry.example/app:v9",
            "-n",
            namespace);
    assertThat(target().templateByAgent()).isFalse();

    declare("app:v2");
    assertThat(target().templateByAgent()).isTrue();
  }

  /** What tells a failed test of a patch from a refused object: the answer names no field. */
  @Test
  void failedPatchTest_namesNoField() {
    declare("app:v1");
    apply(new Effect.Bootstrap(digest()));
    String name = workload().replicaSets().getFirst().name();
    var failure =
        catchThrowableOfType(
            KubernetesClientException.class,
            () ->
                admin
                    .apps()
                    .replicaSets()
                    .inNamespace(namespace)
                    .withName(name)
                    .patch(
                        PatchContext.of(PatchType.JSON),
                        "[{\"op\":\"test\",\"path\":\"/metadata/resourceVersion\",\"value\":\"1\"}]"));

    assertThat(failure.getCode()).isEqualTo(422);
    assertThat(failure.getStatus().getDetails().getCauses()).isEmpty();
  }

  /** As Flux does it: forced, under its own name, with its marks. */
  private void declare(String image) {
    Deployment held =
        Serialization.unmarshal(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: web
              labels:
                palinode.dev/hold: declared
                kustomize.toolkit.fluxcd.io/name: apps
                kustomize.toolkit.fluxcd.io/namespace: flux-system
            spec:
              replicas: %d
              paused: true
              progressDeadlineSeconds: 2147483647
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers: [{name: app, image: "registry.example/%s"}]
            """
                .formatted(N, image),
            Deployment.class);
    admin
        .resource(held)
        .inNamespace(namespace)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager("kustomize-controller")
                .withForce(true)
                .build());
  }

  private List<String> serve(String image) {
    declare(image);
    assertThat(apply(new Effect.Bootstrap(digest()))).isEqualTo(Outcome.DONE);
    within().until(() -> isRolledOut(deployment()));
    return uids(_ -> true);
  }

  private String serveAs(String image) {
    serve(image);
    return workload().serving().getFirst().name();
  }

  private void candidateWithoutWaiting(String image, int replicas) {
    declare(image);
    assertThat(apply(new Effect.CreateCandidate(digest()))).isEqualTo(Outcome.DONE);
    assertThat(apply(new Effect.ScaleCandidate(replicas))).isEqualTo(Outcome.DONE);
  }

  private ReplicaSet candidate(String image, int replicas) {
    candidateWithoutWaiting(image, replicas);
    within().until(() -> workload().candidate().filter(c -> c.available() == replicas).isPresent());
    return workload().candidate().orElseThrow();
  }

  private void promote(String image) {
    candidate(image, N);
    assertThat(apply(new Effect.HandOver(digest(), N))).isEqualTo(Outcome.DONE);
    within().until(() -> isRolledOut(deployment()) && workload().othersThan(digest()).isEmpty());
  }

  private void makeUnready(Pod pod) {
    admin
        .pods()
        .inNamespace(namespace)
        .withName(pod.getMetadata().getName())
        .editStatus(p -> {
          p.getStatus().getConditions().stream()
              .filter(c -> c.getType().equals("Ready"))
              .forEach(c -> c.setStatus("False"));
          return p;
        });
  }

  private void countAvailable(String replicaSet, int available) {
    admin
        .apps()
        .replicaSets()
        .inNamespace(namespace)
        .withName(replicaSet)
        .editStatus(r -> {
          r.getStatus().setAvailableReplicas(available);
          r.getStatus().setReadyReplicas(available);
          return r;
        });
  }

  private Outcome apply(Effect.OnWorkload effect) {
    return workloads.apply(key, effect);
  }

  private Target target() {
    return workloads.target(key).known().orElseThrow();
  }

  private String digest() {
    return target().templateDigest();
  }

  private Workload workload() {
    return workloads.read(key).known().orElseThrow();
  }

  private Optional<ReplicaSet> named(String name) {
    return workload().replicaSets().stream().filter(r -> r.name().equals(name)).findFirst();
  }

  private Deployment deployment() {
    return admin.apps().deployments().inNamespace(namespace).withName("web").get();
  }

  private static boolean isRolledOut(Deployment d) {
    return d.getMetadata().getGeneration().equals(d.getStatus().getObservedGeneration())
        && Integer.valueOf(N).equals(d.getStatus().getUpdatedReplicas())
        && Integer.valueOf(N).equals(d.getStatus().getReplicas())
        && Integer.valueOf(N).equals(d.getStatus().getAvailableReplicas());
  }

  private String rolloutStatus() {
    return testbed
        .controlPlane()
        .kubectl(
            Account.ADMIN, "rollout", "status", "deployment/web", "-n", namespace, "--timeout=20s");
  }

  private static Predicate<Pod> v(String tag) {
    return p -> p.getSpec().getContainers().getFirst().getImage().endsWith(":" + tag);
  }

  private List<Pod> pods(Predicate<Pod> of) {
    return admin.pods().inNamespace(namespace).withLabel("app", "web").list().getItems().stream()
        .filter(of)
        .toList();
  }

  private List<String> uids(Predicate<Pod> of) {
    return pods(of).stream().map(p -> p.getMetadata().getUid()).sorted().toList();
  }

  private static ConditionFactory within() {
    return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(100));
  }
}
