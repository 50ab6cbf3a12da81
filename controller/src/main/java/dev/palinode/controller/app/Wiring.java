package dev.palinode.controller.app;

import dev.palinode.analysis.GateSettings;
import dev.palinode.analysis.SharedReads;
import dev.palinode.analysis.prometheus.PrometheusSource;
import dev.palinode.analysis.providers.HttpProviders;
import dev.palinode.controller.act.EffectRunner;
import dev.palinode.controller.decide.Decider;
import dev.palinode.controller.decide.Pace;
import dev.palinode.controller.gitops.Origins;
import dev.palinode.controller.istio.IstioTrafficRouter;
import dev.palinode.controller.istio.OrphanedRoutes;
import dev.palinode.controller.kube.EventRecorder;
import dev.palinode.controller.kube.KubernetesCanaries;
import dev.palinode.controller.kube.OldReverts;
import dev.palinode.controller.observe.Gates;
import dev.palinode.controller.observe.RolloutRecords;
import dev.palinode.controller.observe.SequentialGates;
import dev.palinode.controller.observe.WorldReader;
import dev.palinode.controller.ports.Canaries;
import dev.palinode.controller.ports.TrafficRouter;
import dev.palinode.controller.ports.Workloads;
import dev.palinode.controller.reconcile.CanaryLoop;
import dev.palinode.controller.workload.DeploymentWorkloads;
import dev.palinode.controller.writer.GitTargetCheck;
import dev.palinode.controller.writer.RevertReconciler;
import dev.palinode.controller.writer.SecretCredentials;
import dev.palinode.gitwriter.GitHistory;
import dev.palinode.gitwriter.GitWriter;
import dev.palinode.gitwriter.forge.GitHubApp;
import dev.palinode.gitwriter.forge.HostMarks;
import dev.palinode.gitwriter.forge.HttpForges;
import dev.palinode.gitwriter.forge.OidcTokens;
import dev.palinode.gitwriter.forge.PullRequests;
import dev.palinode.gitwriter.jgit.JGitEvidenceNotes;
import dev.palinode.gitwriter.jgit.JGitRestoreBranches;
import dev.palinode.gitwriter.jgit.JGitWriter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.InstantSource;
import java.util.Optional;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Who gets what: the only place where the parts meet. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class Wiring {

  @Bean
  InstantSource clock() {
    return InstantSource.system();
  }

  @Bean
  Clients clients(Settings settings) {
    return Clients.connect(settings.kubeconfig());
  }

  @Bean
  EventRecorder events(Clients clients, InstantSource clock) {
    return new EventRecorder(clients.normal(), clock);
  }

  @Bean
  DeploymentWatch deployments(Clients clients, Settings settings) {
    return new DeploymentWatch(clients.normal(), settings.namespaces());
  }

  @Bean
  CanaryMetrics metrics(MeterRegistry registry) {
    return new CanaryMetrics(registry);
  }

  @Bean
  Canaries canaries(Clients clients, InstantSource clock) {
    return new KubernetesCanaries(clients.normal(), clock);
  }

  @Bean
  TrafficRouter router(Clients clients, Settings settings, CanaryMetrics metrics) {
    return new MeasuredRouter(
        new IstioTrafficRouter(clients.normal(), clients.urgent(), settings.mesh().rootNamespace()),
        metrics);
  }

  @Bean
  Workloads workloads(
      Clients clients, DeploymentWatch deployments, Settings settings, InstantSource clock) {
    return new DeploymentWorkloads(
        clients.normal(),
        deployments::get,
        new Origins(clients.normal(), settings.argocdNamespace()),
        clock);
  }

  @Bean
  HttpProviders providers(Settings settings, CanaryMetrics metrics) {
    return new HttpProviders(
        settings.providers().patience(), settings.providers().token(), metrics);
  }

  /** Without Prometheus weights are frozen and people are told why. */
  @Bean
  Gates gates(Settings settings, HttpProviders providers, CanaryMetrics metrics) {
    URI url = settings.prometheus().url();
    if (url == null) {
      return new UnmeasuredGates();
    }
    return new SequentialGates(
        new SharedReads(new PrometheusSource(settings.prometheus().source(url), metrics)),
        canary -> providers.about(canary.name()),
        GateSettings.defaults()
            .withIntervals(settings.analysis().interval(), settings.prometheus().scrapeInterval())
            .withWarmup(settings.analysis().warmup()),
        new RolloutRecords(settings.analysis().recordsOrDefault()));
  }

  @Bean
  CanaryLoop canaryLoop(
      Canaries canaries,
      Workloads workloads,
      TrafficRouter router,
      Gates gates,
      Settings settings,
      InstantSource clock,
      CanaryMetrics metrics) {
    Pace pace =
        new Pace(
            settings.mesh().settle(),
            settings.mesh().drain(),
            settings.headroom(),
            settings.revertTimeout(),
            settings.cluster());
    return new CanaryLoop(
        canaries,
        new WorldReader(canaries, workloads, router, gates),
        new Decider(pace),
        new EffectRunner(canaries, workloads, router),
        clock,
        metrics);
  }

  @Bean
  GitHubApp apps(InstantSource clock) {
    return new GitHubApp(clock);
  }

  @Bean
  OidcTokens identities(InstantSource clock) {
    return new OidcTokens(clock);
  }

  @Bean
  SecretCredentials credentials(
      Clients clients, Settings settings, GitHubApp apps, OidcTokens identities) {
    return new SecretCredentials(clients.home(), settings.writer().namespaces(), apps, identities);
  }

  @Bean
  JGitWriter git(
      Settings settings,
      SecretCredentials credentials,
      InstantSource clock,
      MeterRegistry registry) {
    return new JGitWriter(
        JGitWriter.Settings.in(settings.writer().mirrorsOrDefault()),
        credentials,
        clock,
        new GitMetrics(registry));
  }

  @Bean
  HttpForges forges(SecretCredentials credentials, InstantSource clock, CanaryMetrics metrics) {
    return new HttpForges(credentials, clock, metrics);
  }

  @Bean
  PullRequests pullRequests(
      Settings settings, SecretCredentials credentials, InstantSource clock, HttpForges forges) {
    return new PullRequests(
        new JGitRestoreBranches(
            JGitWriter.Settings.in(settings.writer().mirrorsOrDefault()), credentials, clock),
        forges);
  }

  @Bean
  JGitEvidenceNotes notes(Settings settings, SecretCredentials credentials) {
    return new JGitEvidenceNotes(
        JGitWriter.Settings.in(settings.writer().mirrorsOrDefault()), credentials);
  }

  @Bean
  RevertReconciler reverts(
      Clients clients,
      SecretCredentials credentials,
      GitWriter git,
      PullRequests pullRequests,
      HttpForges forges,
      JGitEvidenceNotes notes,
      InstantSource clock,
      CanaryMetrics metrics) {
    return new RevertReconciler(
        clients.normal(),
        credentials,
        git,
        pullRequests,
        new HostMarks(forges),
        notes,
        clock,
        metrics);
  }

  @Bean
  GitTargetCheck targetCheck(SecretCredentials credentials, GitHistory git, InstantSource clock) {
    return new GitTargetCheck(credentials, git, clock);
  }

  @Bean
  ReconcileLoop reconcileLoop(
      Settings settings,
      Clients clients,
      DeploymentWatch deployments,
      EventRecorder events,
      Canaries canaries,
      CanaryLoop canaryLoop,
      RevertReconciler reverts,
      GitTargetCheck targetCheck,
      InstantSource clock,
      CanaryMetrics metrics,
      ApplicationContext context) {
    ReconcileLoop loop =
        new ReconcileLoop(
            settings,
            clients,
            deployments,
            events,
            Optional.of(canaryLoop).filter(_ -> settings.has(Settings.Role.CONTROLLER)),
            Optional.of(reverts).filter(_ -> settings.has(Settings.Role.WRITER)),
            Optional.of(targetCheck).filter(_ -> settings.has(Settings.Role.WRITER)),
            new OldReverts(clients.normal(), settings.namespaces(), clock),
            new OrphanedRoutes(
                clients.normal(),
                settings.namespaces(),
                canaries,
                clock,
                (about, reason, message) -> {
                  var _ = events.tell(about, true, reason, message);
                }),
            code -> end(context, code));
    metrics.count(loop::phases);
    return loop;
  }

  @Bean
  InformersHealth informers(ReconcileLoop loop) {
    return new InformersHealth(loop);
  }

  /** Not on the caller's thread: the end waits for it. */
  private static void end(ApplicationContext context, int code) {
    var _ =
        Thread.ofPlatform()
            .name("end")
            .start(() -> System.exit(SpringApplication.exit(context, () -> code)));
  }
}
