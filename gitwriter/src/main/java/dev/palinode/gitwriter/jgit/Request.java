package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.WriteOutcome;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jgit.lib.ObjectId;

/**
 * One submission of an intent, with its own count of tries: what befalls a batch is not held
 * against those who were only along. Used by the branch's actor, but for the future.
 */
final class Request {
  private final Intent intent;
  private final CompletableFuture<WriteOutcome> outcome = new CompletableFuture<>();
  private final Map<ObjectId, List<String>> sent = new HashMap<>();
  private final long start = System.nanoTime();
  private final long patienceNanos;
  private int tries;

  Request(Intent intent, Duration patience) {
    this.intent = intent;
    this.patienceNanos = patience.toNanos();
  }

  Intent intent() {
    return intent;
  }

  CompletableFuture<WriteOutcome> outcome() {
    return outcome;
  }

  boolean isDone() {
    return outcome.isDone();
  }

  int tries() {
    return tries;
  }

  void tried() {
    tries++;
  }

  Duration age() {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  Duration patienceLeft() {
    return Duration.ofNanos(patienceNanos - (System.nanoTime() - start));
  }

  /** This commit goes out for the intent; whether it arrives is not known yet. */
  void sending(ObjectId commit, List<String> files) {
    sent.put(commit, files);
  }

  /** A commit of an earlier round whose answer got lost is this submission's own. */
  void settle(WriteOutcome found) {
    outcome.complete(
        switch (found) {
          case WriteOutcome.AlreadyThere(var commit) -> own(commit).orElse(found);
          case WriteOutcome.Committed _,
              WriteOutcome.Superseded _,
              WriteOutcome.Blocked _,
              WriteOutcome.Refused _,
              WriteOutcome.Unreachable _,
              WriteOutcome.Contended _ ->
              found;
        });
  }

  private Optional<WriteOutcome> own(String commit) {
    return Optional.ofNullable(sent.get(ObjectId.fromString(commit)))
        .map(files -> new WriteOutcome.Committed(commit, files, tries));
  }

  /** A bug, or the end of the process. */
  void fail(Throwable cause) {
    outcome.completeExceptionally(cause);
  }
}
