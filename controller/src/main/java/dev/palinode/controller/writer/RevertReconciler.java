package dev.palinode.controller.writer;

import dev.palinode.controller.kube.ApiFailure;
import dev.palinode.controller.kube.EventRecorder;
import dev.palinode.crds.GitTarget;
import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import dev.palinode.crds.Revert;
import dev.palinode.crds.RevertSpec;
import dev.palinode.crds.RevertStatus;
import dev.palinode.crds.RevertStatus.Phase;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.EvidenceNotes;
import dev.palinode.gitwriter.GitWriter;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.forge.FailureMarks;
import dev.palinode.gitwriter.forge.Proposals;
import dev.palinode.gitwriter.forge.PullRequestOutcome;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out one Revert per look. The Revert itself is the durable intent and the branch remembers
 * what was done, so a look that was cut off anywhere is simply repeated.
 */
public final class RevertReconciler {
  static final Logger log = LoggerFactory.getLogger(RevertReconciler.class);

  private static final Duration SOON = Duration.ofSeconds(2);
  private static final int SAVES = 3;

  /** What is wrong with the GitTarget rather than with one Revert. */
  private static final Set<BlockReason> SET_UP =
      EnumSet.of(
          BlockReason.Credentials,
          BlockReason.SigningKey,
          BlockReason.TrustedKeys,
          BlockReason.HostKey,
          BlockReason.RepositoryMissing);

  private final KubernetesClient client;
  private final GitTargets targets;
  private final SecretCredentials credentials;
  private final GitWriter git;
  private final Proposals proposals;
  private final FailureMarks marks;
  private final EvidenceNotes notes;
  private final EventRecorder events;
  private final InstantSource clock;
  private final WriterListener listener;

  /**
   * Commits, and opens no pull requests.
   *
   * @param client of the cluster with the Reverts
   * @param home of the cluster with the GitTargets
   * @param namespaces of the GitTargets
   */
  public RevertReconciler(
      KubernetesClient client,
      KubernetesClient home,
      List<String> namespaces,
      GitWriter git,
      InstantSource clock,
      WriterListener listener) {
    this(
        client,
        new SecretCredentials(home, namespaces),
        git,
        Proposals.NONE,
        FailureMarks.NONE,
        EvidenceNotes.NONE,
        clock,
        listener);
  }

  /**
   * @param client of the cluster with the Reverts
   * @param credentials that {@code git} and {@code proposals} use too
   */
  public RevertReconciler(
      KubernetesClient client,
      SecretCredentials credentials,
      GitWriter git,
      Proposals proposals,
      FailureMarks marks,
      EvidenceNotes notes,
      InstantSource clock,
      WriterListener listener) {
    this.client = client;
    this.targets = credentials.targets();
    this.credentials = credentials;
    this.git = git;
    this.proposals = proposals;
    this.marks = marks;
    this.notes = notes;
    this.events = new EventRecorder(client, clock);
    this.clock = clock;
    this.listener = listener;
  }

  /** True if a writer may still have something to do with it. */
  public static boolean isOpen(Revert revert) {
    return revert.getSpec() != null
        && switch (revert.getSpec().mode()) {
          case Notify -> false;
          case Commit, PullRequest ->
              switch (statusOf(revert).phaseOrPending()) {
                case Pending, PullRequest, Blocked -> true;
                case Pushed, Observed, Superseded, Failed -> false;
              };
        };
  }

  /** When to look again; empty: only when it or a GitTarget changes. */
  public Optional<Duration> look(ObjectName name) {
    try {
      Revert revert = at(name).get();
      if (revert == null || !isOpen(revert)) {
        return Optional.empty();
      }
      RevertStatus was = statusOf(revert);
      Optional<Duration> early = Progress.tooEarly(was, clock.instant());
      if (early.isPresent()) {
        return early;
      }
      return save(name, revert, attempt(revert));
    } catch (KubernetesClientException e) {
      log.warn("Revert {}: {}", name, ApiFailure.reason(e));
      return Optional.of(SOON);
    }
  }

  private Progress attempt(Revert revert) {
    RevertSpec spec = revert.getSpec();
    if (!spec.object().namespace().equals(revert.getMetadata().getNamespace())) {
      return Progress.blocked(
          BlockReason.BadIntent.name(),
          "A Revert may only name an object of its own namespace: create it in "
              + spec.object().namespace()
              + ".");
    }
    Repository wanted = new Repository(spec.source().url(), spec.source().branch());
    return switch (targets.of(wanted)) {
      case Observed.Known<List<GitTarget>>(var found) -> attempt(revert, wanted, found);
      case Observed.Missing<List<GitTarget>> _ -> attempt(revert, wanted, List.of());
      case Observed.Unreadable<List<GitTarget>>(var reason) ->
          Progress.waiting("TargetsUnreadable", reason);
    };
  }

  private Progress attempt(Revert revert, Repository wanted, List<GitTarget> found) {
    if (found.isEmpty()) {
      return Progress.blocked(
          Progress.NO_TARGET,
          "No GitTarget names "
              + wanted
              + ": create one with this url and branch, and with a grant for cluster "
              + revert.getSpec().cluster()
              + " and namespace "
              + revert.getMetadata().getNamespace()
              + ".");
    }
    if (found.size() > 1) {
      return Progress.blocked(
          Progress.SEVERAL_TARGETS,
          "Several GitTargets name "
              + wanted
              + ": "
              + found.stream()
                  .map(RevertReconciler::place)
                  .sorted()
                  .collect(Collectors.joining(", "))
              + ". Keep one and give it all grants.");
    }
    GitTarget target = found.getFirst();
    return switch (credentials.read(target)) {
      case SecretCredentials.Read.Usable _ ->
          isProposed(revert) || revert.getSpec().mode() == RevertSpec.Mode.PullRequest
              ? propose(revert, target)
              : submit(revert, target);
      case SecretCredentials.Read.Wrong(var reason, var message) -> {
        targets.tell(target, false, reason.name(), message, clock.instant());
        yield Progress.blocked(reason.name(), message);
      }
      case SecretCredentials.Read.Unreadable(var reason) ->
          Progress.waiting("SecretUnreadable", reason);
    };
  }

  /** Once proposed, never pushed: people have the word, even if the branch takes commits again. */
  private static boolean isProposed(Revert revert) {
    return statusOf(revert).pullRequest() != null;
  }

  private static Intent intent(Revert revert, GitTarget target) {
    Instant asked = Instant.parse(revert.getMetadata().getCreationTimestamp());
    return Intent.of(revert.getSpec(), target.getSpec(), asked);
  }

  private Progress propose(Revert revert, GitTarget target) {
    GitTargetSpec.PullRequest wanted = target.getSpec().pullRequest();
    if (wanted == null) {
      return Progress.blocked(
          Progress.NO_PROVIDER,
          "GitTarget "
              + place(target)
              + " does not say who keeps its pull requests: add pullRequest.provider to it, or set"
              + " onFailure.git of the Canary to Commit.");
    }
    Intent intent = intent(revert, target);
    PullRequestOutcome outcome = proposals.round(intent, wanted);
    Progress progress = Progress.of(outcome, isProposed(revert));
    switch (outcome) {
      case PullRequestOutcome.Open _ -> taken(target);
      case PullRequestOutcome.Merged(var _, var commit) -> {
        taken(target);
        note(target, intent, commit);
      }
      case PullRequestOutcome.Settled(var _, var settled) -> tell(target, settled, progress);
      case PullRequestOutcome.Superseded _,
          PullRequestOutcome.ClosedByPerson _,
          PullRequestOutcome.Later _ -> {}
    }
    return progress;
  }

  private void taken(GitTarget target) {
    targets.tell(target, true, "Proposed", "The host takes our pull requests.", clock.instant());
  }

  private Progress submit(Revert revert, GitTarget target) {
    Intent intent = intent(revert, target);
    WriteOutcome outcome = git.submit(intent);
    if (outcome instanceof WriteOutcome.Refused(var words)
        && target.getSpec().pullRequest() != null) {
      log.info("{} takes no direct commit, so it is proposed: {}", place(target), words);
      return propose(revert, target);
    }
    Progress progress = Progress.of(outcome);
    tell(target, outcome, progress);
    String commit = progress.commit();
    if (commit != null) {
      target.getSpec().host().ifPresent(host -> marks.pushed(intent, host, commit));
      note(target, intent, commit);
    }
    return progress;
  }

  private void note(GitTarget target, Intent intent, String commit) {
    GitTargetSpec.Message message = target.getSpec().message();
    if (message != null && message.evidenceNote()) {
      notes.attach(intent, commit);
    }
  }

  private void tell(GitTarget target, WriteOutcome outcome, Progress progress) {
    switch (outcome) {
      case WriteOutcome.Committed _, WriteOutcome.AlreadyThere _ ->
          targets.tell(
              target, true, "Written", "The repository takes our commits.", clock.instant());
      case WriteOutcome.Blocked(var reason, var message) -> {
        if (SET_UP.contains(reason)) {
          targets.tell(target, false, reason.name(), message, clock.instant());
        }
      }
      case WriteOutcome.Refused _, WriteOutcome.Unreachable _ ->
          targets.tell(target, false, progress.reason(), progress.message(), clock.instant());
      case WriteOutcome.Superseded _, WriteOutcome.Contended _ -> {}
    }
  }

  /** A writer's answer is worth a few tries; if all fail, the next look finds the commit there. */
  private Optional<Duration> save(ObjectName name, Revert revert, Progress progress) {
    Revert current = revert;
    for (int i = 0; i < SAVES; i++) {
      if (current == null || !isOpen(current)) {
        return Optional.empty();
      }
      Instant now = clock.instant();
      RevertStatus was = statusOf(current);
      RevertStatus next =
          progress.after(
              was, Optional.ofNullable(current.getMetadata().getGeneration()).orElse(0L), now);
      if (next.equals(was)) {
        return Progress.lookAgain(next, now);
      }
      try {
        current.setStatus(next);
        client.resource(current).updateStatus();
        tell(name, current, was, next, now);
        return Progress.lookAgain(next, now);
      } catch (KubernetesClientException e) {
        if (!ApiFailure.isConflict(e)) {
          throw e;
        }
        current = at(name).get();
      }
    }
    return Optional.of(SOON);
  }

  private void tell(
      ObjectName name, Revert revert, RevertStatus was, RevertStatus now, Instant at) {
    boolean isNews =
        was.phaseOrPending() != now.phaseOrPending()
            || !String.valueOf(was.reason()).equals(now.reason());
    if (!isNews) {
      return;
    }
    Phase phase = now.phaseOrPending();
    log.info(
        "Revert {}: {} {} {}",
        name,
        phase,
        now.commit() == null ? "" : now.commit(),
        now.message());
    RevertSpec.ObjectRef object = revert.getSpec().object();
    listener.reached(
        new ObjectName(object.namespace(), object.name()),
        phase,
        Duration.between(Instant.parse(revert.getMetadata().getCreationTimestamp()), at));
    switch (phase) {
      case Blocked -> event(name, revert, true, "RevertBlocked", String.valueOf(now.message()));
      case PullRequest -> {
        if (was.pullRequest() == null && now.pullRequest() != null) {
          event(name, revert, false, "PullRequestOpened", now.pullRequest());
        }
      }
      case Pending, Pushed, Observed, Superseded, Failed -> {}
    }
  }

  private void event(
      ObjectName name, Revert revert, boolean isWarning, String reason, String message) {
    var _ =
        events.tell(
            new ObjectReferenceBuilder()
                .withApiVersion(HasMetadata.getApiVersion(Revert.class))
                .withKind(HasMetadata.getKind(Revert.class))
                .withNamespace(name.namespace())
                .withName(name.name())
                .withUid(revert.getMetadata().getUid())
                .build(),
            isWarning,
            reason,
            message);
  }

  private Resource<Revert> at(ObjectName name) {
    return client.resources(Revert.class).inNamespace(name.namespace()).withName(name.name());
  }

  private static String place(GitTarget target) {
    return target.getMetadata().getNamespace() + "/" + target.getMetadata().getName();
  }

  private static RevertStatus statusOf(Revert revert) {
    return Optional.ofNullable(revert.getStatus()).orElse(RevertStatus.NEW);
  }
}
