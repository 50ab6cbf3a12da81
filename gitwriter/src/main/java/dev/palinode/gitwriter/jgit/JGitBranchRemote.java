package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Repository;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.errors.NotSupportedException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.transport.FetchResult;
import org.eclipse.jgit.transport.PushResult;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.RemoteRefUpdate;
import org.eclipse.jgit.transport.Transport;

/** Branches of our own beside the one that is written to: they may be missing, and be replaced. */
final class JGitBranchRemote {
  private final JGitRemote remote;
  private final Duration whole;

  JGitBranchRemote(Duration stall, Duration whole) {
    this.remote = new JGitRemote(stall, whole);
    this.whole = whole;
  }

  /** What is known of a branch of ours. */
  sealed interface Head {
    /** Its commit is in the store; empty if there is no such branch. */
    record At(Optional<ObjectId> commit) implements Head {}

    record Failed(dev.palinode.gitwriter.WriteOutcome outcome) implements Head {}
  }

  Remote.Fetched fetchBase(
      org.eclipse.jgit.lib.Repository store, Repository repository, Credentials credentials)
      throws IOException {
    return remote.fetch(store, repository, credentials);
  }

  /** A pattern, since a branch that is not there is no fault. */
  Head fetch(
      org.eclipse.jgit.lib.Repository store,
      Repository repository,
      String branch,
      Credentials credentials)
      throws IOException {
    return fetchRef(
        store, repository, "refs/heads/" + branch, "refs/palinode/" + branch, credentials);
  }

  /**
   * @param local where it goes in the store
   */
  Head fetchRef(
      org.eclipse.jgit.lib.Repository store,
      Repository repository,
      String ref,
      String local,
      Credentials credentials)
      throws IOException {
    RefSpec spec = new RefSpec("+" + pattern(ref) + ":" + pattern(local));
    Connection connection = new Connection(credentials);
    try (connection;
        Transport transport = remote.open(store, repository, credentials, connection)) {
      FetchResult result = transport.fetch(new DeadlineMonitor(whole), List.of(spec));
      return new Head.At(Optional.ofNullable(result.getAdvertisedRef(ref)).map(Ref::getObjectId));
    } catch (TransportException | NotSupportedException e) {
      Faults.throwIfStore(store, e);
      return new Head.Failed(JGitRemote.outcome(e, repository, credentials, connection));
    }
  }

  /** JGit's star stands for one letter at least, so it takes the place of the last one. */
  private static String pattern(String ref) {
    return ref.substring(0, ref.length() - 1) + "*";
  }

  /**
   * Replaces what is at {@code lease}, and nothing else.
   *
   * @param lease empty: the branch must not be there
   */
  Remote.Pushed push(
      org.eclipse.jgit.lib.Repository store,
      Repository repository,
      String branch,
      Credentials credentials,
      ObjectId commit,
      Optional<ObjectId> lease)
      throws IOException {
    return pushRef(store, repository, "refs/heads/" + branch, credentials, commit, lease);
  }

  Remote.Pushed pushRef(
      org.eclipse.jgit.lib.Repository store,
      Repository repository,
      String ref,
      Credentials credentials,
      ObjectId commit,
      Optional<ObjectId> lease)
      throws IOException {
    RemoteRefUpdate update =
        new RemoteRefUpdate(
            store, commit.name(), commit, ref, true, null, lease.orElse(ObjectId.zeroId()));
    Connection connection = new Connection(credentials);
    try (connection;
        Transport transport = remote.open(store, repository, credentials, connection)) {
      PushResult result = transport.push(new DeadlineMonitor(whole), List.of(update));
      return JGitRemote.answer(update, result.getMessages(), credentials);
    } catch (TransportException | NotSupportedException e) {
      Faults.throwIfStore(store, e);
      return Faults.wasSent(e) && connection.refusal().isEmpty()
          ? new Remote.Pushed.Lost(Faults.words(e, credentials))
          : new Remote.Pushed.Failed(JGitRemote.outcome(e, repository, credentials, connection));
    }
  }
}
