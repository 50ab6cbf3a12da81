package dev.palinode.gitwriter.jgit;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.CredentialSource;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.WriteOutcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings one batch to its branch: rounds until every request is settled. A batch that the server
 * refuses is halved until the refused intent stands alone, so that it cannot hold up the others.
 */
final class Delivery {
  private static final int MAX_UNKNOWN_REJECTIONS = 3;

  /** So many refused each on its own, and none accepted: it is the branch, not the intents. */
  private static final int CLOSED_AFTER = 3;

  private final Branch branch;
  private final CredentialSource source;
  private final Pacing pacing;
  private final int maxTries;
  private final Deque<Group> groups = new ArrayDeque<>();
  private @Nullable Credentials credentials;
  private boolean renewed;
  private boolean landed;
  private boolean fromEnd;
  private int refusedAlone;

  /** What goes out in one push. */
  private record Group(List<Request> requests, int unknownRejections) {}

  Delivery(Branch branch, CredentialSource source, Pacing pacing, int maxTries) {
    this.branch = branch;
    this.source = source;
    this.pacing = pacing;
    this.maxTries = maxTries;
  }

  /** Returns when all requests are settled. */
  void run(List<Request> batch) {
    groups.add(new Group(batch, 0));
    login();
    Credentials login = credentials;
    while (!groups.isEmpty() && login != null) {
      Group group = next();
      try {
        if (!group.requests.isEmpty()) {
          on(branch.round(group.requests, login), group);
        }
      } catch (StoreFault e) {
        branch.forget();
        groups.addFirst(group);
        settleAll(
            new WriteOutcome.Blocked(
                BlockReason.StoreBroken, login.scrub(String.valueOf(e.getMessage()))));
      }
      login = credentials;
    }
  }

  private void login() {
    Observed<Credentials> found = source.forRepository(branch.repository());
    switch (found) {
      case Observed.Known<Credentials>(var known) -> credentials = known;
      case Observed.Missing<Credentials> _ ->
          settleAll(
              new WriteOutcome.Blocked(
                  BlockReason.Credentials,
                  "there are no credentials for "
                      + branch.repository()
                      + ": create the Secret of credentialsRef"));
      case Observed.Unreadable<Credentials>(var reason) ->
          settleAll(new WriteOutcome.Unreachable("the credentials could not be read: " + reason));
    }
  }

  private Group next() {
    Group whole = fromEnd ? groups.removeLast() : groups.removeFirst();
    List<Request> open = whole.requests.stream().filter(r -> !r.isDone()).toList();
    boolean isProbe = refusedAlone > 0 && !landed;
    int size = Math.min(isProbe ? 1 : pacing.window(), open.size());
    if (size == open.size()) {
      return new Group(open, whole.unknownRejections);
    }
    int cut = fromEnd ? open.size() - size : size;
    Group left = new Group(open.subList(0, cut), whole.unknownRejections);
    Group right = new Group(open.subList(cut, open.size()), whole.unknownRejections);
    put(fromEnd ? left : right);
    return fromEnd ? right : left;
  }

  private void put(Group group) {
    if (fromEnd) {
      groups.addLast(group);
    } else {
      groups.addFirst(group);
    }
  }

  private void on(Branch.Result result, Group group) {
    switch (result) {
      case Branch.Result.Quiet _ -> {}
      case Branch.Result.Landed(var tempo) -> {
        landed = true;
        pacing.landed(tempo);
      }
      case Branch.Result.Raced(var tempo) -> {
        again(group, null);
        pacing.raced(tempo);
        stopUnless(groups.isEmpty() || pacing.pauseAfterRace());
      }
      case Branch.Result.Rejected(var words, var moved, var tempo) -> {
        if (moved) {
          // The new tip is here already: waiting would only make it old.
          again(group, new WriteOutcome.Refused(words));
          pacing.raced(tempo);
        } else if (Faults.isRace(words)) {
          again(group, new WriteOutcome.Refused(words));
          stopUnless(groups.isEmpty() || pacing.pauseAfterRace());
        } else {
          rejected(group, words);
        }
      }
      case Branch.Result.Lost(var atLast) -> {
        again(group, atLast);
        pause();
      }
      case Branch.Result.Failed(var outcome) -> {
        groups.addFirst(group);
        if (!(isLogin(outcome) && renew())) {
          settleAll(outcome);
        }
      }
    }
  }

  private void pause() {
    stopUnless(groups.isEmpty() || pacing.pause());
  }

  private void stopUnless(boolean goOn) {
    if (!goOn) {
      settleAll(BranchActor.STOPPED);
    }
  }

  private void rejected(Group group, String words) {
    int unknown = group.unknownRejections + 1;
    if (!Faults.isRefusal(words) && unknown < MAX_UNKNOWN_REJECTIONS) {
      again(new Group(group.requests, unknown), new WriteOutcome.Refused(words));
      pause();
      return;
    }
    WriteOutcome refused = new WriteOutcome.Refused(words);
    int size = group.requests.size();
    if (size > 1) {
      Group left = new Group(group.requests.subList(0, size / 2), group.unknownRejections);
      Group right = new Group(group.requests.subList(size / 2, size), group.unknownRejections);
      put(fromEnd ? left : right);
      put(fromEnd ? right : left);
      return;
    }
    group.requests.getFirst().settle(refused);
    fromEnd = !fromEnd;
    if (++refusedAlone >= CLOSED_AFTER && !landed) {
      settleAll(refused);
    }
  }

  /**
   * @param atLast for those that have no try left; null if only the race was lost
   */
  private void again(Group group, @Nullable WriteOutcome atLast) {
    List<Request> more = new ArrayList<>();
    for (Request request : group.requests) {
      if (request.tries() < maxTries && request.patienceLeft().isPositive()) {
        more.add(request);
      } else {
        request.settle(Optional.ofNullable(atLast).orElse(contended(request)));
      }
    }
    if (!more.isEmpty()) {
      put(new Group(more, group.unknownRejections));
    }
  }

  private WriteOutcome contended(Request request) {
    return new WriteOutcome.Contended(
        "others pushed to " + branch.repository() + " first, every time", request.tries());
  }

  private static boolean isLogin(WriteOutcome outcome) {
    return outcome instanceof WriteOutcome.Blocked(var reason, var _)
        && reason == BlockReason.Credentials;
  }

  /** Once, and only if there is something new to show: a server locks out who insists. */
  private boolean renew() {
    Credentials refused = credentials;
    if (renewed || refused == null) {
      return false;
    }
    renewed = true;
    if (source.renew(branch.repository(), refused) instanceof Observed.Known<Credentials>(var fresh)
        && !fresh.authorization().equals(refused.authorization())) {
      credentials = fresh;
      return true;
    }
    return false;
  }

  private void settleAll(WriteOutcome outcome) {
    groups.forEach(group -> group.requests.forEach(request -> request.settle(outcome)));
    groups.clear();
  }
}
