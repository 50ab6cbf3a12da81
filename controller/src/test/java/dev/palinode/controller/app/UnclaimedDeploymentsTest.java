package dev.palinode.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.palinode.controller.kube.EventRecorder;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class UnclaimedDeploymentsTest {
  /** Long enough for a slow machine to do within it what a test does within it. */
  private static final Duration GRACE = Duration.ofMillis(500);

  private static final ObjectName LONELY = new ObjectName("shop", "lonely");

  KubernetesClient client;

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Set<ObjectName> claimed = ConcurrentHashMap.newKeySet();
  private volatile boolean exists = true;

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  @Test
  void withoutCanary_isToldOnce() {
    UnclaimedDeployments unclaimed = unclaimed(Duration.ZERO);

    unclaimed.suspect(LONELY);
    await().until(() -> events().size() == 1);
    unclaimed.suspect(LONELY);
    afterTheTimer();

    assertThat(events())
        .singleElement()
        .satisfies(e -> assertThat(e.getReason()).isEqualTo("NoCanary"))
        .satisfies(e -> assertThat(e.getType()).isEqualTo("Warning"))
        .satisfies(e -> assertThat(e.getInvolvedObject().getKind()).isEqualTo("Deployment"));
  }

  @Test
  void canaryComesWithinTheGrace_nothingIsTold() {
    UnclaimedDeployments unclaimed = unclaimed(GRACE);

    unclaimed.suspect(LONELY);
    claimed.add(LONELY);
    afterTheTimer();

    assertThat(events()).isEmpty();
  }

  @Test
  void deploymentGoesWithinTheGrace_nothingIsTold() {
    UnclaimedDeployments unclaimed = unclaimed(GRACE);

    unclaimed.suspect(LONELY);
    exists = false;
    afterTheTimer();

    assertThat(events()).isEmpty();
  }

  private UnclaimedDeployments unclaimed(Duration grace) {
    return new UnclaimedDeployments(
        (namespace, name) -> exists ? Optional.of(Observed.known(held())) : Optional.empty(),
        claimed::contains,
        new EventRecorder(client, InstantSource.system()),
        timer,
        grace);
  }

  /** Whatever was due has been done. */
  private void afterTheTimer() {
    AtomicBoolean passed = new AtomicBoolean();
    var _ = timer.schedule(() -> passed.set(true), GRACE.toMillis() + 100, TimeUnit.MILLISECONDS);
    await().untilTrue(passed);
  }

  private static GenericKubernetesResource held() {
    GenericKubernetesResource deployment = new GenericKubernetesResource();
    deployment.setApiVersion("apps/v1");
    deployment.setKind("Deployment");
    deployment.setMetadata(
        new ObjectMetaBuilder().withNamespace("shop").withName("lonely").withUid("u-1").build());
    return deployment;
  }

  private List<Event> events() {
    return client.v1().events().inNamespace("shop").list().getItems();
  }
}
