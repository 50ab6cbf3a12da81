package dev.palinode.controller.app;

import java.util.List;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Ready means: every watch has seen the world once. Who does not lead is ready too. */
final class InformersHealth implements HealthIndicator {
  private final ReconcileLoop loop;

  InformersHealth(ReconcileLoop loop) {
    this.loop = loop;
  }

  @Override
  public Health health() {
    List<String> missing = loop.outOfSync();
    Health.Builder health = missing.isEmpty() ? Health.up() : Health.outOfService();
    return health.withDetail("leading", loop.isLeading()).withDetail("waitsFor", missing).build();
  }
}
