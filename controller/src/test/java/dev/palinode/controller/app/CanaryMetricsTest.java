package dev.palinode.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.analysis.http.AskingListener.Outcome;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class CanaryMetricsTest {
  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final CanaryMetrics metrics = new CanaryMetrics(registry);

  private double leftAlone(String host) {
    return registry.get("palinode.metric.server.left.alone").tag("host", host).gauge().value();
  }

  @Test
  void serverThatKeepsFailing_isSeenToBeLeftAlone() {
    metrics.leftAlone("prometheus:9090", false);
    metrics.leftAlone("graphite", false);
    assertThat(leftAlone("prometheus:9090")).isZero();
    metrics.leftAlone("prometheus:9090", true);
    assertThat(leftAlone("prometheus:9090")).isEqualTo(1);
    assertThat(leftAlone("graphite")).isZero();
    metrics.leftAlone("prometheus:9090", false);
    assertThat(leftAlone("prometheus:9090")).isZero();
  }

  @Test
  void questions_areCountedByOutcome() {
    metrics.asked("prometheus:9090", Outcome.ANSWERED);
    metrics.asked("prometheus:9090", Outcome.ANSWERED);
    metrics.asked("prometheus:9090", Outcome.SPARED);
    assertThat(
            registry
                .get("palinode.metric.questions")
                .tags("host", "prometheus:9090", "outcome", "answered")
                .counter()
                .count())
        .isEqualTo(2);
    assertThat(
            registry.get("palinode.metric.questions").tags("outcome", "spared").counter().count())
        .isEqualTo(1);
  }
}
