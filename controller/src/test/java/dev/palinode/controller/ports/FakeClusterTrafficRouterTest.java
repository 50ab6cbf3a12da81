package dev.palinode.controller.ports;

import dev.palinode.crds.CanarySpec.VirtualServiceRef;
import java.util.List;
import java.util.Map;

class FakeClusterTrafficRouterTest extends TrafficRouterContract {
  private final FakeCluster cluster = new FakeCluster(CanariesContract.SPEC);

  @Override
  protected TrafficRouter router() {
    return cluster;
  }

  @Override
  protected RouteKey key() {
    return new RouteKey(
        FakeCluster.NAME,
        "c-1",
        List.of(
            new VirtualServiceRef("inner", null, List.of("primary")),
            new VirtualServiceRef("outer", null, List.of())),
        Map.of("app", "checkout"),
        "stablehash",
        "candidatehash");
  }

  @Override
  protected String routes() {
    return "snapshot %s, fields %s, split %s".formatted(cluster.open, cluster.ours, cluster.live);
  }

  @Override
  protected String versions() {
    return String.valueOf(cluster.routeWrites);
  }

  @Override
  protected void agentResets() {
    cluster.resetRoute();
  }

  @Override
  protected void deleteRoutes() {
    cluster.deleteRoute();
  }
}
