package dev.palinode.controller.app;

import dev.palinode.analysis.http.AskingListener;
import dev.palinode.controller.reconcile.LoopListener;
import dev.palinode.controller.writer.WriterListener;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Phase;
import dev.palinode.crds.RevertStatus;
import dev.palinode.gitwriter.forge.ForgeListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The names of our own metrics, in one place, and the log lines that go with them. */
final class CanaryMetrics implements LoopListener, WriterListener, ForgeListener, AskingListener {
  private static final Logger log = LoggerFactory.getLogger(CanaryMetrics.class);

  private final MeterRegistry registry;
  private final Timer verdictToRoute;
  private final Timer verdictToCommit;

  /** When a Fail verdict fell, by Canary; empty once its route was seen back. Lost on restart. */
  private final Map<ObjectName, Optional<Timer.Sample>> failing = new ConcurrentHashMap<>();

  /** What each host of repositories still grants, as it last said. */
  private final Map<String, AtomicLong> remaining = new ConcurrentHashMap<>();

  /** By server that knows numbers, 1 while it is left alone after failures. */
  private final Map<String, AtomicLong> leftAlone = new ConcurrentHashMap<>();

  CanaryMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.verdictToRoute =
        seconds("palinode.verdict.to.route", "From a Fail verdict to the route at 100/0");
    this.verdictToCommit =
        seconds(
            "palinode.verdict.to.commit", "From a Revert asked for to its commit on the branch");
    for (RevertStatus.Phase phase : RevertStatus.Phase.values()) {
      reverts(phase);
    }
  }

  private Timer seconds(String name, String description) {
    return Timer.builder(name)
        .description(description)
        .serviceLevelObjectives(
            Duration.ofMillis(100),
            Duration.ofMillis(250),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofMillis(1_500),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofMinutes(5))
        .register(registry);
  }

  /** Counted when asked for, from the watch's memory: it cannot drift. */
  void count(Supplier<Map<Phase, Long>> phases) {
    for (Phase phase : Phase.values()) {
      Gauge.builder("palinode.canaries", () -> phases.get().getOrDefault(phase, 0L))
          .description("Canaries by phase")
          .tag("phase", phase.name())
          .register(registry);
    }
  }

  @Override
  public void decided(ObjectName canary, Phase from, Phase to) {
    registry.counter("palinode.decisions", "phase", to.name()).increment();
    if (!to.isRollout()) {
      failing.remove(canary);
    }
    if (from != to) {
      log.info("Canary {}: {} -> {}", canary, from, to);
    }
  }

  @Override
  public void verdict(ObjectName canary, String result) {
    registry.counter("palinode.verdicts", "result", result).increment();
    if (result.equals("Fail")) {
      failing.putIfAbsent(canary, Optional.of(Timer.start(registry)));
    }
  }

  /** The candidate has no traffic any more. */
  void routeIsBack(ObjectName canary) {
    Optional<Timer.Sample> sample = failing.replace(canary, Optional.empty());
    if (sample != null) {
      sample.ifPresent(s -> s.stop(verdictToRoute));
    }
  }

  @Override
  public void effectFailed(ObjectName canary, String effect, String reason) {
    registry.counter("palinode.effect.failures", "effect", effect).increment();
    log.warn("Canary {}: {} did not succeed: {}", canary, effect, reason);
  }

  @Override
  public void reached(ObjectName object, RevertStatus.Phase phase, Duration sinceAsked) {
    reverts(phase).increment();
    if (phase == RevertStatus.Phase.Pushed) {
      verdictToCommit.record(sinceAsked);
    }
  }

  @Override
  public void answered(String place, String outcome) {
    registry.counter("palinode.forge.requests", "host", place, "outcome", outcome).increment();
  }

  @Override
  public void remaining(String place, long requests) {
    remaining.computeIfAbsent(place, this::granted).set(requests);
  }

  private AtomicLong granted(String host) {
    AtomicLong value = new AtomicLong();
    Gauge.builder("palinode.forge.requests.remaining", value, AtomicLong::get)
        .description("Requests that a host of repositories still grants")
        .tag("host", host)
        .register(registry);
    return value;
  }

  @Override
  public void asked(String place, Outcome outcome) {
    registry
        .counter(
            "palinode.metric.questions",
            "host",
            place,
            "outcome",
            outcome.name().toLowerCase(Locale.ROOT))
        .increment();
  }

  @Override
  public void leftAlone(String place, boolean alone) {
    leftAlone.computeIfAbsent(place, this::server).set(alone ? 1 : 0);
  }

  private AtomicLong server(String host) {
    AtomicLong value = new AtomicLong();
    Gauge.builder("palinode.metric.server.left.alone", value, AtomicLong::get)
        .description("1 while a server that knows numbers is not asked, since it kept failing")
        .tag("host", host)
        .register(registry);
    return value;
  }

  private Counter reverts(RevertStatus.Phase phase) {
    return registry.counter("palinode.reverts", "phase", phase.name());
  }
}
