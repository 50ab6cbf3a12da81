package dev.palinode.gitwriter;

import dev.palinode.crds.Observed;
import dev.palinode.crds.RevertSpec;
import dev.palinode.gitwriter.plan.App;
import dev.palinode.gitwriter.plan.MemoryTree;
import dev.palinode.gitwriter.plan.Plan;
import dev.palinode.gitwriter.plan.Planner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A branch in memory with the real planner on it, for tests that need no git. */
public final class FakeGitWriter implements GitWriter, GitHistory {
  /** A commit of the only branch there is. */
  public record Commit(String id, String message, MemoryTree tree, @Nullable String intent) {}

  private final List<Commit> commits = new ArrayList<>();
  private boolean reachable = true;

  public synchronized String commit(String message, Map<String, String> files) {
    MemoryTree base = commits.isEmpty() ? new MemoryTree(Map.of()) : tip().tree();
    return add(message, base.with(files), null);
  }

  private String add(String message, MemoryTree tree, @Nullable String intent) {
    String id = "%040x".formatted(0xc0ffeeL + commits.size());
    commits.add(new Commit(id, message, tree, intent));
    return id;
  }

  public synchronized void reachable(boolean now) {
    reachable = now;
  }

  public synchronized List<Commit> commits() {
    return List.copyOf(commits);
  }

  private Commit tip() {
    return commits.getLast();
  }

  @Override
  public synchronized WriteOutcome submit(Intent intent) {
    Optional<Plan.Blocked> refusal = Planner.refusal(intent);
    if (refusal.isPresent()) {
      return outcome(refusal.get(), intent);
    }
    if (!reachable) {
      return new WriteOutcome.Unreachable("the fake is away");
    }
    for (Commit commit : commits) {
      if (intent.id().equals(commit.intent())) {
        return new WriteOutcome.AlreadyThere(commit.id());
      }
    }
    Optional<Commit> bad = find(intent, intent.failed());
    Optional<Commit> good = find(intent, intent.lastGood());
    if (bad.isEmpty() || good.isEmpty()) {
      return new WriteOutcome.Blocked(BlockReason.RevisionUnknown, "not in the fake's history");
    }
    return outcome(Planner.plan(tip().tree(), bad.get().tree(), good.get().tree(), intent), intent);
  }

  private Optional<Commit> find(Intent intent, RevertSpec.State state) {
    return commits.reversed().stream()
        .filter(c ->
            state.revision() == null
                ? App.sight(c.tree(), intent.path(), intent.object())
                    .images()
                    .equals(state.images())
                : c.id().equals(state.revision()))
        .findFirst();
  }

  private WriteOutcome outcome(Plan plan, Intent intent) {
    return switch (plan) {
      case Plan.Restore(var edits, _, _, _) ->
          new WriteOutcome.Committed(
              add("Revert", tip().tree().edited(edits), intent.id()),
              List.copyOf(edits.keySet()),
              1);
      case Plan.AlreadyGood _ -> new WriteOutcome.Superseded("already good");
      case Plan.Superseded(var message) -> new WriteOutcome.Superseded(message);
      case Plan.Changed(_, var details) ->
          new WriteOutcome.Blocked(BlockReason.FileChanged, details.toString());
      case Plan.Blocked(var reason, var message) -> new WriteOutcome.Blocked(reason, message);
    };
  }

  @Override
  public synchronized Observed<String> revisionOf(
      Repository repository, String path, RevertSpec.ObjectRef object, Map<String, String> images) {
    if (!reachable) {
      return Observed.unreadable("the fake is away");
    }
    return commits.reversed().stream()
        .filter(c -> App.sight(c.tree(), path, object).images().equals(images))
        .map(c -> Observed.known(c.id()))
        .findFirst()
        .orElseGet(Observed::missing);
  }

  @Override
  public synchronized Observed<String> tipOf(Repository repository) {
    return reachable ? Observed.known(tip().id()) : Observed.unreadable("the fake is away");
  }

  @Override
  public void close() {}
}
