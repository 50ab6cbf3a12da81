package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.CredentialSource;
import dev.palinode.gitwriter.WriteOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The only one that writes to a branch. What arrives while it is at work waits and goes out
 * together in the next push. It has a thread only while there is something to do, so idle branches
 * cost nothing and none waits for another's server.
 */
final class BranchActor {
  static final WriteOutcome STOPPED = new WriteOutcome.Unreachable("this writer is being stopped");

  private final Branch branch;
  private final CredentialSource credentials;
  private final Pacing pacing;
  private final int maxTries;

  /** Both guarded by this. */
  private final List<Request> waiting = new ArrayList<>();

  private @Nullable Thread worker;

  BranchActor(Branch branch, CredentialSource credentials, Pacing pacing, int maxTries) {
    this.branch = branch;
    this.credentials = credentials;
    this.pacing = pacing;
    this.maxTries = maxTries;
  }

  void submit(Request request) {
    synchronized (this) {
      if (!pacing.isStopped()) {
        waiting.add(request);
        if (worker == null) {
          worker = Thread.ofVirtual().name("git " + branch.repository()).start(this::work);
        }
        return;
      }
    }
    request.settle(STOPPED);
  }

  private void work() {
    // After a rest the branch has surely moved on: asking is cheaper than losing a push.
    branch.forget();
    while (true) {
      List<Request> batch = awaitBudget() ? take() : drain();
      if (batch.isEmpty()) {
        branch.tidy();
        if (rest()) {
          return;
        }
      } else if (pacing.isStopped()) {
        batch.forEach(request -> request.settle(STOPPED));
      } else {
        deliver(batch);
      }
    }
  }

  private void deliver(List<Request> batch) {
    try {
      new Delivery(branch, credentials, pacing, maxTries).run(batch);
    } catch (Throwable bug) {
      // The submitters hear of it; the next batch must not suffer from what this one left behind.
      branch.forget();
      batch.forEach(request -> request.fail(bug));
    }
  }

  /** True when the next push may begin, or nothing waits for it; false if told to stop. */
  private boolean awaitBudget() {
    while (true) {
      Duration wait;
      synchronized (this) {
        if (waiting.isEmpty()) {
          return true;
        }
        int allowed = waiting.getLast().intent().budget().pushesPerMinute();
        wait = pacing.untilBudget(allowed);
        if (wait.isZero()) {
          return true;
        }
        Duration until = wait;
        List<Request> late =
            waiting.stream().filter(r -> r.patienceLeft().compareTo(until) < 0).toList();
        waiting.removeAll(late);
        late.forEach(request -> request.settle(overBudget(request, allowed, until)));
      }
      if (!pacing.sleep(wait)) {
        return false;
      }
    }
  }

  private WriteOutcome overBudget(Request request, int allowed, Duration wait) {
    return new WriteOutcome.Contended(
        "the %d pushes a minute that the GitTarget allows %s are used up; the next may go out in %d s"
            .formatted(allowed, branch.repository(), wait.toSeconds() + 1),
        request.tries());
  }

  private synchronized List<Request> take() {
    List<Request> first =
        List.copyOf(waiting.subList(0, Math.min(Pacing.MAX_BATCH, waiting.size())));
    waiting.subList(0, first.size()).clear();
    return newestFirstPerApp(first);
  }

  private synchronized List<Request> drain() {
    List<Request> all = List.copyOf(waiting);
    waiting.clear();
    return all;
  }

  /** In order of arrival, but of several intents for one app the latest wish goes first. */
  private static List<Request> newestFirstPerApp(List<Request> requests) {
    Map<String, List<Request>> apps = new LinkedHashMap<>();
    for (Request request : requests) {
      apps.computeIfAbsent(Chain.app(request.intent()), _ -> new ArrayList<>()).add(request);
    }
    Comparator<Request> byTime = Comparator.comparing(r -> r.intent().createdAt());
    return apps.values().stream().flatMap(app -> app.stream().sorted(byTime.reversed())).toList();
  }

  /** False if something arrived meanwhile. */
  private synchronized boolean rest() {
    if (!waiting.isEmpty()) {
      return false;
    }
    worker = null;
    return true;
  }

  /** A push that is on its way is waited for; what only waits is sent back. */
  void close(Duration patience) {
    pacing.stop();
    Thread running;
    synchronized (this) {
      running = worker;
    }
    try {
      if (running != null) {
        var _ = running.join(patience);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
