package dev.palinode.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.palinode.crds.ObjectName;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.Operator;
import org.junit.jupiter.api.Test;

class CanaryReconcilerTest {
  @Test
  void deploymentSeenBeforeTheCanaries_isLeftToTheirFirstLook() {
    try (KubernetesClient client =
        new KubernetesClientBuilder().withConfig(Config.empty()).build()) {
      CanaryReconciler reconciler = new CanaryReconciler(null, _ -> {});
      Operator operator =
          new Operator(o -> o.withKubernetesClient(client).checkingCRDAndValidateLocalModel(false));
      operator.register(reconciler);

      ObjectName deployment = new ObjectName("shop", "checkout");
      assertThatNoException().isThrownBy(() -> reconciler.deploymentChanged(deployment));
      assertThat(reconciler.isClaimed(deployment)).isFalse();
      assertThat(reconciler.phases()).isEmpty();
    }
  }
}
