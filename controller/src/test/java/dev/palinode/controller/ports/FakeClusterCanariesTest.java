package dev.palinode.controller.ports;

import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.RevertStatus;
import java.util.List;

class FakeClusterCanariesTest extends CanariesContract {
  private final FakeCluster cluster = new FakeCluster(SPEC);

  FakeClusterCanariesTest() {
    cluster.canaryExists = false;
  }

  @Override
  protected Canaries canaries() {
    return cluster;
  }

  @Override
  protected void create(CanarySpec spec) {
    cluster.spec = spec;
    cluster.canaryExists = true;
  }

  @Override
  protected void disturb() {
    cluster.edit(cluster.spec);
  }

  @Override
  protected void delete() {
    cluster.delete();
  }

  @Override
  protected void report(ObjectName revert, RevertStatus status) {
    cluster.revertStatus.replace(revert.name(), status);
  }

  @Override
  protected List<String> told() {
    return List.copyOf(cluster.told);
  }
}
