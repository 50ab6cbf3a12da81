package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Repository;
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
import org.eclipse.jgit.transport.FetchResult;
import org.eclipse.jgit.transport.PushResult;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.RemoteRefUpdate;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;

/** Fetches one branch and pushes one commit with a lease, over HTTP(S) or a local path. */
final class JGitRemote implements Remote {
  private static final String[] HOOKS = {"pre-receive", "update", "post-receive", "post-update"};

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
    RefSpec spec = new RefSpec("+" + remote + ":refs/remotes/origin/" + repository.branch());
    try (Transport transport = open(store, repository, credentials)) {
      FetchResult result = transport.fetch(new DeadlineMonitor(whole), List.of(spec));
      Ref tip = result.getAdvertisedRef(remote);
      if (tip == null || tip.getObjectId() == null) {
        return new Fetched.Failed(Faults.noBranch(repository));
      }
      return new Fetched.Tip(tip.getObjectId());
    } catch (TransportException | NotSupportedException e) {
      checkStore(store, e);
      return new Fetched.Failed(Faults.outcome(e, repository, credentials));
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
    try (Transport transport = open(store, repository, credentials)) {
      PushResult result = transport.push(new DeadlineMonitor(whole), List.of(update));
      return answer(update, result.getMessages(), credentials);
    } catch (TransportException | NotSupportedException e) {
      return Faults.wasSent(e)
          ? new Pushed.Lost(Faults.words(e, credentials))
          : new Pushed.Failed(Faults.outcome(e, repository, credentials));
    }
  }

  /** JGit reports what went wrong on our own disk as a fault of the transport, too. */
  static void checkStore(org.eclipse.jgit.lib.Repository store, IOException e) throws StoreFault {
    if (!store.getObjectDatabase().exists()) {
      throw new StoreFault("the mirror is gone", e);
    }
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
      org.eclipse.jgit.lib.Repository store, Repository repository, Credentials credentials)
      throws NotSupportedException, TransportException {
    Transport transport = Transport.open(store, uri(repository));
    transport.setTagOpt(TagOpt.NO_TAGS);
    transport.setRemoveDeletedRefs(false);
    transport.setPushThin(true);
    if (transport instanceof TransportHttp http) {
      transport.setTimeout((int) Math.max(1, stall.toSeconds()));
      credentials
          .authorization()
          .ifPresent(header -> http.setAdditionalHeaders(Map.of("Authorization", header)));
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
