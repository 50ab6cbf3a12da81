package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.GitWriterListener.PushAnswer;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.WriteOutcome;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;

/**
 * What one actor knows of its branch, and one round on it: plan everything on a tip, build, push
 * with that tip as the lease. Not thread-safe: only the actor's thread is here.
 */
final class Branch {
  private final Repository repository;
  private final Mirror mirror;
  private final Remote remote;
  private final InstantSource clock;
  private final GitWriterListener listener;
  private final OwnCommits own = new OwnCommits();
  private @Nullable Known known;

  /** Where the branch is, and in which store its history lies. */
  private record Known(FileRepository store, ObjectId tip) {}

  /** How a round ended. Requests that a round could settle for sure are settled. */
  sealed interface Result {
    /** All are settled; nothing had to be pushed. */
    record Quiet() implements Result {}

    /** All are settled; the branch is at our newest commit. */
    record Landed(Pacing.Tempo tempo) implements Result {}

    /** Another writer was first. */
    record Raced(Pacing.Tempo tempo) implements Result {}

    /**
     * The server said no.
     *
     * @param moved true if the branch is elsewhere by now, so that it was a race whatever the words
     */
    record Rejected(String words, boolean moved, Pacing.Tempo tempo) implements Result {}

    /** Written or not: the next round reads it from the branch. */
    record Lost(WriteOutcome atLast) implements Result {}

    /** The server was not asked to write. */
    record Failed(WriteOutcome outcome) implements Result {}
  }

  Branch(
      Repository repository,
      Mirror mirror,
      Remote remote,
      InstantSource clock,
      GitWriterListener listener) {
    this.repository = repository;
    this.mirror = mirror;
    this.remote = remote;
    this.clock = clock;
    this.listener = listener;
  }

  Repository repository() {
    return repository;
  }

  /** Whatever was known of the tip may be old by now. */
  void forget() {
    known = null;
  }

  void tidy() {
    mirror.tidy();
  }

  Result round(List<Request> group, Credentials credentials) throws StoreFault {
    group.forEach(Request::tried);
    return mirror.use(store -> on(store, group, credentials));
  }

  private Result on(FileRepository store, List<Request> group, Credentials credentials)
      throws IOException {
    Known here = known;
    if (here != null && here.store == store) {
      // Our own last push is the newest we know. If it still is, the lease will hold; only what
      // needs no push has to be asked about again.
      Result early = attempt(here, Optional.empty(), group, credentials);
      if (!(early instanceof Result.Quiet)) {
        return early;
      }
    }
    known = null;
    long start = System.nanoTime();
    return switch (remote.fetch(store, repository, credentials)) {
      case Remote.Fetched.Failed(var outcome) -> new Result.Failed(outcome);
      case Remote.Fetched.Tip(var tip) ->
          attempt(new Known(store, tip), Optional.of(since(start)), group, credentials);
    };
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /**
   * @param fetched how long it took to ask for the tip; empty if it was not asked for
   */
  private Result attempt(
      Known at, Optional<Duration> fetched, List<Request> group, Credentials credentials)
      throws IOException {
    boolean fresh = fetched.isPresent();
    Map<Request, WriteOutcome> onLanding = new LinkedHashMap<>();
    long start = System.nanoTime();
    try (Chain chain =
        new Chain(at.store, at.tip, group.size(), own, credentials, clock.instant())) {
      for (Request request : group) {
        if (request.isDone()) {
          continue;
        }
        switch (chain.add(request.intent())) {
          case Chain.Link.Written(var commit, var files) -> {
            request.sending(commit, files);
            onLanding.put(
                request, new WriteOutcome.Committed(commit.name(), files, request.tries()));
          }
          case Chain.Link.Settled(var outcome) -> {
            if (fresh && chain.length() == 0) {
              request.settle(outcome);
            } else {
              onLanding.put(request, outcome);
            }
          }
        }
      }
      if (chain.length() == 0) {
        known = fresh ? at : null;
        return new Result.Quiet();
      }
      chain.flush();
      listener.built(repository, chain.length(), chain.buildTime());
      Work work = new Work(fetched.orElse(Duration.ZERO), since(start));
      return push(at, chain, onLanding, work, credentials);
    }
  }

  /** What had to be done before the push. */
  private record Work(Duration fetching, Duration planning) {}

  private Result push(
      Known at,
      Chain chain,
      Map<Request, WriteOutcome> onLanding,
      Work work,
      Credentials credentials)
      throws IOException {
    long start = System.nanoTime();
    Remote.Pushed pushed = remote.push(at.store, repository, credentials, chain.tip(), at.tip);
    Duration took = since(start);
    listener.pushed(repository, answer(pushed), chain.length(), took);
    known = null;
    Pacing.Tempo tempo = new Pacing.Tempo(onLanding.size(), work.fetching, work.planning, took);
    return switch (pushed) {
      case Remote.Pushed.Landed _ -> {
        known = new Known(at.store, chain.tip());
        onLanding.forEach(Request::settle);
        yield new Result.Landed(tempo);
      }
      case Remote.Pushed.Raced _ -> new Result.Raced(tempo);
      case Remote.Pushed.Rejected(var words) -> rejected(words, at, tempo, credentials);
      case Remote.Pushed.Lost(var message) ->
          new Result.Lost(
              new WriteOutcome.Unreachable(
                  "the answer of " + repository.place() + " got lost: " + message));
      case Remote.Pushed.Failed(var outcome) -> new Result.Failed(outcome);
    };
  }

  private Result rejected(String words, Known at, Pacing.Tempo tempo, Credentials credentials)
      throws IOException {
    return switch (remote.fetch(at.store, repository, credentials)) {
      case Remote.Fetched.Failed(var outcome) -> new Result.Failed(outcome);
      case Remote.Fetched.Tip(var tip) -> {
        known = new Known(at.store, tip);
        yield new Result.Rejected(words, !tip.equals(at.tip), tempo);
      }
    };
  }

  private static PushAnswer answer(Remote.Pushed pushed) {
    return switch (pushed) {
      case Remote.Pushed.Landed _ -> PushAnswer.Landed;
      case Remote.Pushed.Raced _ -> PushAnswer.Raced;
      case Remote.Pushed.Rejected _ -> PushAnswer.Rejected;
      case Remote.Pushed.Lost _ -> PushAnswer.Lost;
      case Remote.Pushed.Failed _ -> PushAnswer.Failed;
    };
  }
}
