package dev.palinode.controller.app;

import dev.palinode.crds.Span;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Everything that can be set, with its default. Names are part of the public contract: a property
 * {@code palinode.mesh.settle} is the component {@code mesh.settle} here.
 *
 * @param roles what this process does
 * @param cluster this cluster's name, as grants of a GitTarget call it
 * @param watchNamespaces where Canaries are looked after; {@code all} means everywhere
 * @param kubeconfig of the cluster with the Canaries; absent means the one this process runs in
 * @param argocdNamespace where Argo CD keeps its Applications
 * @param headroom how many times its pods' share of capacity the candidate may be sent
 * @param revertTimeout how long a Revert may take until a person is told
 * @param managementPort where health and metrics are served
 */
@ConfigurationProperties("palinode")
public record Settings(
    @DefaultValue({"controller", "writer"}) Set<Role> roles,
    @DefaultValue("default") String cluster,
    @DefaultValue("all") List<String> watchNamespaces,
    @Nullable Path kubeconfig,
    @DefaultValue("argocd") String argocdNamespace,
    @DefaultValue PrometheusAccess prometheus,
    @DefaultValue ProvidersAccess providers,
    @DefaultValue Mesh mesh,
    @DefaultValue Analysis analysis,
    @DefaultValue("1.2") double headroom,
    @DefaultValue("10m") Duration revertTimeout,
    @DefaultValue LeaderElection leaderElection,
    @DefaultValue Writer writer,
    @DefaultValue("8081") int managementPort) {

  /** What a process can be. */
  public enum Role {
    /** Guards Canaries and asks for Reverts; needs no git credential. */
    CONTROLLER,
    /** Carries Reverts out in git. */
    WRITER
  }

  /**
   * How the mesh behaves.
   *
   * @param settle how long after a write of routes every proxy has surely heard of it
   * @param drain the longest request: pods without traffic are kept for it
   * @param rootNamespace Istio's, whose DestinationRules hold for every namespace
   */
  public record Mesh(
      @DefaultValue("15s") Duration settle,
      @DefaultValue("30s") Duration drain,
      @DefaultValue("istio-system") String rootNamespace) {}

  /**
   * How the gate looks.
   *
   * @param interval between two looks at a release
   * @param warmup young latencies and gauges left out of the judgement; errors always count
   * @param records folder for what the judge was shown, a file for each rollout
   */
  public record Analysis(
      @DefaultValue("5s") Duration interval,
      @DefaultValue("120s") Duration warmup,
      @Nullable Path records) {
    Path recordsOrDefault() {
      return records == null
          ? Path.of(System.getProperty("java.io.tmpdir"), "palinode-records")
          : records;
    }
  }

  /**
   * Who acts when several processes run.
   *
   * @param namespace of the Lease
   * @param lease how long a silent leader is still believed
   * @param renewDeadline after which a leader that cannot renew gives up
   * @param retryPeriod between two tries
   */
  public record LeaderElection(
      @DefaultValue("true") boolean enabled,
      @DefaultValue("palinode-system") String namespace,
      @DefaultValue("15s") Duration lease,
      @DefaultValue("12s") Duration renewDeadline,
      @DefaultValue("5s") Duration retryPeriod) {}

  /**
   * The writer's home.
   *
   * @param namespaces where its GitTargets and their Secrets are
   * @param mirrors folder of the bare repositories; disposable
   */
  public record Writer(
      @DefaultValue("palinode-system") List<String> namespaces, @Nullable Path mirrors) {
    Path mirrorsOrDefault() {
      return mirrors == null
          ? Path.of(System.getProperty("java.io.tmpdir"), "palinode-mirrors")
          : mirrors;
    }
  }

  /** What is wrong, each a sentence that says what to do; empty if these settings can be used. */
  public List<String> problems() {
    List<String> found = new ArrayList<>();
    if (roles.isEmpty()) {
      found.add("palinode.roles: nothing to do; set controller, writer or both");
    }
    if (cluster.isBlank()) {
      found.add("palinode.cluster: must not be blank; name the cluster as your GitTargets do");
    }
    if (watchNamespaces.isEmpty() || (watchNamespaces.size() > 1 && watchesAll())) {
      found.add("palinode.watch-namespaces: set all, or the names of namespaces");
    }
    if (kubeconfig != null && !kubeconfig.toFile().canRead()) {
      found.add("palinode.kubeconfig: cannot read " + kubeconfig + "; name an existing file");
    }
    prometheus.problems(found);
    providers.problems(found);
    atLeast(
        found, "prometheus.scrape-interval", prometheus.scrapeInterval(), Duration.ofMillis(100));
    atLeast(found, "providers.timeout", providers.timeout(), Duration.ofMillis(100));
    atLeast(found, "mesh.settle", mesh.settle, Duration.ofMillis(50));
    atLeast(found, "mesh.drain", mesh.drain, Duration.ZERO);
    atLeast(found, "analysis.interval", analysis.interval, Duration.ofMillis(100));
    atLeast(found, "analysis.warmup", analysis.warmup, Duration.ZERO);
    atLeast(found, "revert-timeout", revertTimeout, Duration.ofSeconds(1));
    if (!(headroom >= 1 && headroom <= 10)) {
      found.add("palinode.headroom: must be between 1 and 10, such as 1.2");
    }
    if (leaderElection.enabled) {
      leaderElectionProblems(found);
    }
    if (roles.contains(Role.WRITER) && writer.namespaces.isEmpty()) {
      found.add("palinode.writer.namespaces: name the namespace that holds your GitTargets");
    }
    if (managementPort < 0 || managementPort > 65_535) {
      found.add("palinode.management-port: must be between 0 (any free one) and 65535");
    }
    return List.copyOf(found);
  }

  boolean watchesAll() {
    return watchNamespaces.contains("all");
  }

  /** The namespaces to watch; empty means all of them. */
  List<String> namespaces() {
    return watchesAll() ? List.of() : watchNamespaces;
  }

  boolean has(Role role) {
    return roles.contains(role);
  }

  private void leaderElectionProblems(List<String> found) {
    if (leaderElection.namespace.isBlank()) {
      found.add("palinode.leader-election.namespace: name the namespace of the Lease");
    }
    atLeast(found, "leader-election.lease", leaderElection.lease, Duration.ofSeconds(1));
    atLeast(
        found, "leader-election.retry-period", leaderElection.retryPeriod, Duration.ofMillis(100));
    if (leaderElection.lease.compareTo(leaderElection.renewDeadline) <= 0) {
      found.add("palinode.leader-election.lease: must be longer than renew-deadline");
    }
    Duration spread = leaderElection.retryPeriod.multipliedBy(22).dividedBy(10);
    if (leaderElection.renewDeadline.compareTo(spread) <= 0) {
      found.add(
          "palinode.leader-election.renew-deadline: must be longer than 2.2 times retry-period, "
              + Span.of(spread));
    }
  }

  private static void atLeast(List<String> found, String name, Duration value, Duration least) {
    if (value.compareTo(least) < 0) {
      found.add("palinode." + name + ": must be at least " + Span.of(least));
    }
  }
}
