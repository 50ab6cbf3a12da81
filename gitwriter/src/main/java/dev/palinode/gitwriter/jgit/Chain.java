package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.plan.Plan;
import dev.palinode.gitwriter.plan.Planner;
import dev.palinode.gitwriter.plan.Tree;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.Deflater;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.PackInserter;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/**
 * Commits on top of a tip, one per intent, each planned from scratch on what the chain holds so
 * far. Nothing has left the store: the whole chain goes out in one push, or none of it.
 */
final class Chain implements AutoCloseable {
  /** From here on one pack is cheaper than a handful of loose files for every commit. */
  private static final int PACKED_FROM = 4;

  private final Instant now;
  private final OwnCommits own;
  private final Credentials credentials;
  private final ObjectInserter inserter;
  private final ObjectReader reader;
  private final RevWalk walk;
  private final Map<String, Intent> written = new HashMap<>();
  private FirstParents line;
  private int length;
  private long buildNanos;

  /** What an intent comes to on this chain. */
  sealed interface Link {
    /** A commit of its own. */
    record Written(ObjectId commit, List<String> files) implements Link {}

    /** Nothing to write. True of the branch once the chain below it has landed. */
    record Settled(WriteOutcome outcome) implements Link {}
  }

  /**
   * @param tip in the store with its history
   * @param expected how many intents will come
   * @param own what is known of the branch; brought up to date
   * @param credentials whose signer signs every commit, and whose verifier trusts the good ones
   */
  Chain(
      FileRepository store,
      ObjectId tip,
      int expected,
      OwnCommits own,
      Credentials credentials,
      Instant now)
      throws IOException {
    this.own = own;
    this.credentials = credentials;
    this.now = now;
    this.inserter = expected < PACKED_FROM ? store.newObjectInserter() : packInserter(store);
    this.reader = new ReadOnce(inserter.newReader());
    this.walk = new RevWalk(reader);
    this.line = new FirstParents(walk, tip);
    own.read(line);
  }

  private static ObjectInserter packInserter(FileRepository store) {
    PackInserter pack = store.getObjectDatabase().newPackInserter();
    // Looking every object up first costs more than storing one twice.
    pack.checkExisting(false);
    // A chain that loses its race is never sent, and what is sent the push makes small.
    pack.setCompressionLevel(Deflater.NO_COMPRESSION);
    return pack;
  }

  /** The newest commit. */
  ObjectId tip() {
    return line.tip();
  }

  /** How many commits are on top of where it began. */
  int length() {
    return length;
  }

  /** What making trees and commits took, without reading and planning. */
  Duration buildTime() {
    return Duration.ofNanos(buildNanos);
  }

  /** Makes what was added last. */
  void flush() throws IOException {
    long start = System.nanoTime();
    inserter.flush();
    buildNanos += System.nanoTime() - start;
  }

  Link add(Intent intent) throws IOException {
    Optional<RevCommit> ours =
        own.mayCarry(intent.id())
            ? line.carrying(intent.id(), Revisions.told(intent.failed().revision()))
            : Optional.empty();
    if (ours.isPresent()) {
      return settled(new WriteOutcome.AlreadyThere(ours.get().name()));
    }
    Optional<Intent> later =
        Optional.ofNullable(written.get(app(intent)))
            .filter(other -> other.createdAt().isAfter(intent.createdAt()));
    if (later.isPresent()) {
      return settled(
          new WriteOutcome.Superseded(
              "a later intent for the same app is carried out instead: " + later.get().id()));
    }
    try {
      return switch (Revisions.find(line, intent, now)) {
        case Revisions.Result.None(var outcome) -> settled(outcome);
        case Revisions.Result.Pair(var bad, var good) -> plan(intent, bad, good);
      };
    } catch (Tree.TooLarge e) {
      return settled(
          new WriteOutcome.Blocked(BlockReason.CannotMap, String.valueOf(e.getMessage())));
    }
  }

  /** Two intents with the same answer are about the same files. */
  static String app(Intent intent) {
    return intent.path() + "\n" + intent.object();
  }

  private Link plan(Intent intent, RevCommit bad, RevCommit good) throws IOException {
    Plan plan = Planner.plan(line.tree(line.tip()), line.tree(bad), line.tree(good), intent);
    return switch (plan) {
      case Plan.Restore restore -> {
        Optional<WriteOutcome> untrusted = GoodState.refusal(walk, good, credentials.verifier());
        yield untrusted.isPresent()
            ? settled(untrusted.get())
            : write(new CommitBuild(line, good, bad, credentials.signer()), intent, restore);
      }
      case Plan.AlreadyGood _ ->
          settled(
              new WriteOutcome.Superseded(
                  "the files at the tip are the last good ones already, without a commit of ours"));
      case Plan.Superseded(var message) -> settled(new WriteOutcome.Superseded(message));
      case Plan.Blocked(var reason, var message) ->
          settled(new WriteOutcome.Blocked(reason, message));
      case Plan.Changed changed -> settled(blocked(line, bad, changed));
    };
  }

  /** Names who changed what, since it is them a person has to ask. */
  static WriteOutcome blocked(FirstParents line, RevCommit bad, Plan.Changed changed)
      throws IOException {
    List<String> parts = new ArrayList<>();
    for (String file : changed.files()) {
      List<RevCommit> later = line.changing(bad, line.tip(), List.of(file));
      parts.add(
          "'%s'%s"
              .formatted(
                  file, later.isEmpty() ? "" : " by " + later.getFirst().name().substring(0, 12)));
    }
    return new WriteOutcome.Blocked(
        BlockReason.FileChanged,
        "changed after the failed release: %s; put the failed part back by hand, the later work must not be lost (%s)"
            .formatted(String.join(", ", parts), String.join("; ", changed.details())));
  }

  private Link write(CommitBuild build, Intent intent, Plan.Restore plan) throws IOException {
    long start = System.nanoTime();
    CommitBuild.Built built = build.build(reader, inserter, intent, plan);
    buildNanos += System.nanoTime() - start;
    if (built.commit().isEmpty()) {
      return settled(new WriteOutcome.Blocked(BlockReason.NotLastGood, built.violation()));
    }
    ObjectId commit = built.commit().get();
    line = line.grownBy(commit);
    length++;
    own.add(intent.id(), commit);
    written.put(app(intent), intent);
    return new Link.Written(commit, List.copyOf(plan.edits().keySet()));
  }

  private static Link settled(WriteOutcome outcome) {
    return new Link.Settled(outcome);
  }

  @Override
  public void close() {
    walk.close();
    reader.close();
    inserter.close();
  }
}
