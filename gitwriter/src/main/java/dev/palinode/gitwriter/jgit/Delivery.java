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
import java.util.stream.Stream;
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

  /**
   * What goes out in one push.
   *
   * @param suspect true for a part of a batch that was refused; others may be joined again
   */
  private record Group(List<Request> requests, int unknownRejections, boolean suspect) {
    Group(List<Request> requests) {
      this(requests, 0, false);
    }

    boolean isClean() {
      return unknownRejections == 0 && !suspect;
    }

    Group of(List<Request> requests) {
      return new Group(requests, unknownRejections, suspect);
    }
  }

  Delivery(Branch branch, CredentialSource source, Pacing pacing, int maxTries) {
    this.branch = branch;
    this.source = source;
    this.pacing = pacing;
    this.maxTries = maxTries;
  }

  /** Returns when all requests are settled. */
  void run(List<Request> batch) {
    groups.add(new Group(batch));
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
    Group whole = take();
    List<Request> open = open(whole);
    boolean isProbe = refusedAlone > 0 && !landed;
    int window = isProbe ? 1 : pacing.window();
    // What races cut off must not go out in pushes of its own: each costs as much as a full one.
    while (open.size() < window && whole.isClean() && !groups.isEmpty() && peek().isClean()) {
      List<Request> more = open(take());
      open = fromEnd ? joined(more, open) : joined(open, more);
    }
    int size = Math.min(window, open.size());
    if (size == open.size()) {
      return whole.of(open);
    }
    int cut = fromEnd ? open.size() - size : size;
    Group left = whole.of(open.subList(0, cut));
    Group right = whole.of(open.subList(cut, open.size()));
    put(fromEnd ? left : right);
    return fromEnd ? right : left;
  }

  private static List<Request> open(Group group) {
    return group.requests.stream().filter(r -> !r.isDone()).toList();
  }

  private static List<Request> joined(List<Request> first, List<Request> then) {
    return Stream.concat(first.stream(), then.stream()).toList();
  }

  private Group take() {
    return fromEnd ? groups.removeLast() : groups.removeFirst();
  }

  private Group peek() {
    return fromEnd ? groups.getLast() : groups.getFirst();
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
      again(new Group(group.requests, unknown, group.suspect), new WriteOutcome.Refused(words));
      pause();
      return;
    }
    WriteOutcome refused = new WriteOutcome.Refused(words);
    int size = group.requests.size();
    if (size > 1) {
      int half = size / 2;
      Group left = new Group(group.requests.subList(0, half), group.unknownRejections, true);
      Group right = new Group(group.requests.subList(half, size), group.unknownRejections, true);
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
      put(group.of(more));
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
