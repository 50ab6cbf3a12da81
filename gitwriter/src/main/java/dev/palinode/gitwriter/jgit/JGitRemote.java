package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.WriteOutcome;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.errors.NotSupportedException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.transport.FetchResult;
import org.eclipse.jgit.transport.PushResult;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.RemoteRefUpdate;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.TrackingRefUpdate;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.jspecify.annotations.Nullable;

/** Fetches one branch and pushes one commit with a lease, over HTTP(S), ssh or a local path. */
final class JGitRemote implements Remote {
  private static final String[] HOOKS = {"pre-receive", "update", "post-receive", "post-update"};

  /** A server that dislikes a certificate says so at once. */
  private static final Duration ALERT = Duration.ofSeconds(2);

  private final Duration stall;
  private final Duration whole;

  /**
   * @param stall how long a server may be silent
   * @param whole how long one transfer may take
   */
  JGitRemote(Duration stall, Duration whole) {
    this.stall = stall;
    this.whole = whole;
  }

  @Override
  public Fetched fetch(
      org.eclipse.jgit.lib.Repository store, Repository repository, Credentials credentials)
      throws IOException {
    String remote = "refs/heads/" + repository.branch();
    String local = "refs/remotes/origin/" + repository.branch();
    RefSpec spec = new RefSpec("+" + remote + ":" + local);
    Connection connection = new Connection(credentials);
    try (connection;
        Transport transport = open(store, repository, credentials, connection)) {
      FetchResult result = transport.fetch(new DeadlineMonitor(whole), List.of(spec));
      Ref tip = result.getAdvertisedRef(remote);
      if (tip == null || tip.getObjectId() == null) {
        return new Fetched.Failed(Faults.noBranch(repository));
      }
      checkTracking(result.getTrackingRefUpdate(local));
      return new Fetched.Tip(tip.getObjectId());
    } catch (TransportException | NotSupportedException e) {
      Faults.throwIfStore(store, e);
      return new Fetched.Failed(outcome(e, repository, credentials, connection));
    }
  }

  @Override
  public Pushed push(
      org.eclipse.jgit.lib.Repository store,
      Repository repository,
      Credentials credentials,
      ObjectId commit,
      ObjectId lease)
      throws IOException {
    String ref = "refs/heads/" + repository.branch();
    RemoteRefUpdate update =
        new RemoteRefUpdate(store, commit.name(), commit, ref, false, null, lease);
    Connection connection = new Connection(credentials);
    try (connection;
        Transport transport = open(store, repository, credentials, connection)) {
      PushResult result = transport.push(new DeadlineMonitor(whole), List.of(update));
      return answer(update, result.getMessages(), credentials);
    } catch (TransportException | NotSupportedException e) {
      Faults.throwIfStore(store, e);
      return Faults.wasSent(e) && connection.refusal().isEmpty()
          ? new Pushed.Lost(Faults.words(e, credentials))
          : new Pushed.Failed(outcome(e, repository, credentials, connection));
    }
  }

  /** A lock that a killed thread left would make every later fetch load the same history again. */
  private static void checkTracking(@Nullable TrackingRefUpdate update) throws StoreFault {
    if (update != null && update.getResult() == RefUpdate.Result.LOCK_FAILURE) {
      throw new StoreFault(
          "the mirror's own branch is locked", new IOException(update.getLocalName()));
    }
  }

  /** Why we did not want to talk to the server says more than that the talk ended. */
  static WriteOutcome outcome(
      IOException e, Repository repository, Credentials credentials, Connection connection) {
    Optional<String> refusal = connection.refusal();
    if (refusal.isPresent()) {
      return new WriteOutcome.Blocked(BlockReason.HostKey, refusal.get());
    }
    WriteOutcome outcome = Faults.outcome(e, repository, credentials);
    return outcome instanceof WriteOutcome.Unreachable(var words)
        ? TlsAlert.after(words, repository, credentials.passage(), ALERT)
            .flatMap(alert -> Faults.shown(alert, repository, credentials))
            .orElse(outcome)
        : outcome;
  }

  static Pushed answer(RemoteRefUpdate update, String messages, Credentials credentials) {
    String reason = Optional.ofNullable(update.getMessage()).orElse("");
    return switch (update.getStatus()) {
      case OK, UP_TO_DATE -> new Pushed.Landed();
      case REJECTED_REMOTE_CHANGED, REJECTED_NONFASTFORWARD, NON_EXISTING -> new Pushed.Raced();
      case REJECTED_OTHER_REASON, REJECTED_NODELETE ->
          new Pushed.Rejected(Faults.serverWords(messages, reason, credentials));
      case AWAITING_REPORT, NOT_ATTEMPTED ->
          new Pushed.Lost("the server did not report on the branch");
    };
  }

  Transport open(
      org.eclipse.jgit.lib.Repository store,
      Repository repository,
      Credentials credentials,
      Connection connection)
      throws NotSupportedException, TransportException {
    Transport transport = Transport.open(store, uri(repository));
    transport.setTagOpt(TagOpt.NO_TAGS);
    transport.setRemoveDeletedRefs(false);
    transport.setPushThin(true);
    if (transport instanceof TransportHttp http) {
      transport.setTimeout((int) Math.max(1, stall.toSeconds()));
      connection.http().ifPresent(http::setHttpConnectionFactory);
      credentials
          .authorization()
          .ifPresent(header -> http.setAdditionalHeaders(Map.of("Authorization", header)));
    } else if (transport instanceof SshTransport ssh) {
      transport.setTimeout((int) Math.max(1, stall.toSeconds()));
      ssh.setSshSessionFactory(connection.sessions());
    } else if (hasHooks(Path.of(repository.canonicalUrl()))) {
      // JGit receives in-process, past the owner's hooks, unless the command is not git's usual
      // one.
      transport.setOptionReceivePack("exec git receive-pack");
    }
    return transport;
  }

  private static URIish uri(Repository repository) throws TransportException {
    try {
      return repository.isLocal()
          ? new URIish(localPath(repository))
          : new URIish(repository.url());
    } catch (URISyntaxException e) {
      throw new TransportException("the url cannot be read");
    }
  }

  private static String localPath(Repository repository) {
    String url = repository.url();
    return url.startsWith("file://") ? url.substring("file://".length()) : url;
  }

  private static boolean hasHooks(Path path) {
    for (Path base : List.of(path, Path.of(path + ".git"), path.resolve(".git"))) {
      for (String hook : HOOKS) {
        if (Files.isExecutable(base.resolve("hooks").resolve(hook))) {
          return true;
        }
      }
    }
    return false;
  }
}
