package dev.palinode.controller.writer;

import dev.palinode.crds.Conditions;
import dev.palinode.crds.GitTarget;
import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.GitHistory;
import dev.palinode.gitwriter.Repository;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reads the branch of every GitTarget once in a while. People learn of a wrong token before a
 * revert needs it, and the first revert finds the branch's objects at hand.
 */
public final class GitTargetCheck {
  private static final Duration AGE = Duration.ofMinutes(10);

  /** What was checked: another generation is checked at once. */
  private record Checked(long generation, Instant at) {}

  private final GitTargets targets;
  private final SecretCredentials credentials;
  private final GitHistory history;
  private final InstantSource clock;
  private final Map<String, Checked> checked = new HashMap<>();
  private final ReentrantLock looking = new ReentrantLock();

  public GitTargetCheck(SecretCredentials credentials, GitHistory history, InstantSource clock) {
    this.targets = credentials.targets();
    this.credentials = credentials;
    this.history = history;
    this.clock = clock;
  }

  /** Checks, one after the other, those that are due; a look that finds another under way ends. */
  public void look() {
    if (!looking.tryLock()) {
      return;
    }
    try {
      switch (targets.all()) {
        case Observed.Known<List<GitTarget>>(var found) -> {
          checked.keySet().retainAll(found.stream().map(t -> t.getMetadata().getUid()).toList());
          found.stream().filter(this::isDue).forEach(this::check);
        }
        case Observed.Missing<List<GitTarget>> _ -> checked.clear();
        case Observed.Unreadable<List<GitTarget>>(var reason) ->
            RevertReconciler.log.warn("{}", reason);
      }
    } finally {
      looking.unlock();
    }
  }

  private boolean isDue(GitTarget target) {
    Checked last = checked.get(target.getMetadata().getUid());
    return last == null
        || last.generation() != generation(target)
        || !clock.instant().isBefore(last.at().plus(AGE));
  }

  private void check(GitTarget target) {
    checked.put(target.getMetadata().getUid(), new Checked(generation(target), clock.instant()));
    switch (credentials.read(target)) {
      case SecretCredentials.Read.Usable _ -> read(target);
      case SecretCredentials.Read.Wrong(var reason, var message) ->
          tell(target, false, reason.name(), message);
      case SecretCredentials.Read.Unreadable(var reason) -> RevertReconciler.log.warn("{}", reason);
    }
  }

  private void read(GitTarget target) {
    Repository repository = new Repository(target.getSpec().url(), target.getSpec().branch());
    switch (history.tipOf(repository)) {
      case Observed.Known<String> _ -> {
        if (!isReady(target)) {
          tell(target, true, "Readable", "The branch can be read.");
        }
      }
      case Observed.Missing<String> _ ->
          tell(
              target,
              false,
              BlockReason.RepositoryMissing.name(),
              "There is no branch " + repository.branch() + "; create it or correct spec.branch.");
      case Observed.Unreadable<String>(var reason) -> tell(target, false, "Unreadable", reason);
    }
  }

  /** One that took a commit of ours says more than one that can be read. */
  private static boolean isReady(GitTarget target) {
    return target.getStatus() != null
        && Objects.equals(target.getStatus().observedGeneration(), generation(target))
        && Conditions.find(target.getStatus().conditions(), Conditions.READY)
            .map(Condition::getStatus)
            .filter("True"::equals)
            .isPresent();
  }

  private void tell(GitTarget target, boolean ready, String reason, String message) {
    targets.tell(target, ready, reason, message, clock.instant());
  }

  private static long generation(GitTarget target) {
    return Objects.requireNonNullElse(target.getMetadata().getGeneration(), 0L);
  }
}
