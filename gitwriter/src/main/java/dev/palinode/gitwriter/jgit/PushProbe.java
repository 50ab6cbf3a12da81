package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.WriteOutcome;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.jgit.errors.NotSupportedException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.transport.PushConnection;
import org.eclipse.jgit.transport.PushResult;
import org.eclipse.jgit.transport.RemoteRefUpdate;
import org.eclipse.jgit.transport.Transport;
import org.jspecify.annotations.Nullable;

/** Whether pushes would be taken: asked without pushing, or by pushing what nobody misses. */
final class PushProbe {
  private static final String SCRATCH = "refs/heads/palinode-doctor-";

  private final JGitRemote remote;
  private final org.eclipse.jgit.lib.Repository store;
  private final Repository repository;
  private final Credentials credentials;

  PushProbe(
      JGitRemote remote,
      org.eclipse.jgit.lib.Repository store,
      Repository repository,
      Credentials credentials) {
    this.remote = remote;
    this.store = store;
    this.repository = repository;
    this.credentials = credentials;
  }

  /** Why the server does not even begin to take a push; empty if it does. Writes nothing. */
  Optional<String> closed() throws IOException {
    Connection connection = new Connection(credentials);
    try (connection;
        Transport transport = remote.open(store, repository, credentials, connection);
        PushConnection push = transport.openPush()) {
      return push.getRefsMap().isEmpty()
          ? Optional.of("the server shows no refs")
          : Optional.empty();
    } catch (TransportException | NotSupportedException e) {
      return Optional.of(words(JGitRemote.outcome(e, repository, credentials, connection)));
    }
  }

  /** Pushes a commit that is there already under a name of its own, and takes the name away. */
  Optional<String> refused(ObjectId tip) throws IOException {
    String scratch = SCRATCH + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    Optional<String> refusal = push(tip, scratch, ObjectId.zeroId());
    if (refusal.isPresent()) {
      return refusal;
    }
    return push(null, scratch, tip)
        .map(words -> scratch + " was pushed and cannot be deleted; delete it: " + words);
  }

  private Optional<String> push(@Nullable ObjectId what, String ref, ObjectId lease)
      throws IOException {
    @Nullable String source = what == null ? null : what.name();
    RemoteRefUpdate update = new RemoteRefUpdate(store, source, what, ref, true, null, lease);
    Connection connection = new Connection(credentials);
    try (connection;
        Transport transport = remote.open(store, repository, credentials, connection)) {
      PushResult result = transport.push(NullProgressMonitor.INSTANCE, List.of(update));
      return switch (update.getStatus()) {
        case OK, UP_TO_DATE -> Optional.empty();
        case REJECTED_REMOTE_CHANGED,
            REJECTED_NONFASTFORWARD,
            NON_EXISTING,
            REJECTED_OTHER_REASON,
            REJECTED_NODELETE,
            AWAITING_REPORT,
            NOT_ATTEMPTED ->
            Optional.of(
                Faults.serverWords(
                    result.getMessages(),
                    Optional.ofNullable(update.getMessage()).orElse(update.getStatus().name()),
                    credentials));
      };
    } catch (TransportException | NotSupportedException e) {
      return Optional.of(words(JGitRemote.outcome(e, repository, credentials, connection)));
    }
  }

  static String words(WriteOutcome outcome) {
    return switch (outcome) {
      case WriteOutcome.Blocked(_, var message) -> message;
      case WriteOutcome.Unreachable(var message) -> message;
      case WriteOutcome.Refused(var message) -> message;
      case WriteOutcome.Superseded(var message) -> message;
      case WriteOutcome.Contended(var message, _) -> message;
      case WriteOutcome.AlreadyThere _, WriteOutcome.Committed _ -> "";
    };
  }
}
