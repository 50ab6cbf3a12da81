package dev.palinode.controller.ports;

import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.CanarySpec.Istio;
import dev.palinode.crds.CanarySpec.TargetRef;
import dev.palinode.crds.CanarySpec.Traffic;
import dev.palinode.crds.CanarySpec.VirtualServiceRef;
import java.util.List;

class FakeClusterWorkloadsTest extends WorkloadsContract {
  private final FakeCluster cluster =
      new FakeCluster(
          new CanarySpec(
              new TargetRef("Deployment", KEY.deployment()),
              null,
              new Traffic(new Istio(List.of(new VirtualServiceRef("web", null, null)), null)),
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null,
              null));

  /** Only kubelets act in {@link #settle}. */
  FakeClusterWorkloadsTest() {
    cluster.deploymentExists = false;
    cluster.nativeSlow = true;
  }

  @Override
  protected Workloads workloads() {
    return cluster;
  }

  /** The fake's image is the Deployment's name and the word that stands for the template. */
  @Override
  protected void declare(String image, int replicas) {
    cluster.deploymentExists = true;
    cluster.template = image.substring(image.indexOf(':') + 1);
    cluster.deploymentGeneration++;
    cluster.replicas = replicas;
  }

  @Override
  protected void resume() {
    cluster.paused = false;
  }

  @Override
  protected void settle() {
    cluster.pass(FakeCluster.LEAVE);
    cluster.pass(FakeCluster.READY_AFTER);
  }
}
