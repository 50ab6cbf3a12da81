package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.WriteOutcome;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;

/** The real transport, with things happening between its fetches and pushes. */
final class RemoteSpy implements Remote {
  private final Remote real = new JGitRemote(Duration.ofSeconds(15), Duration.ofMinutes(1));
  private final Deque<Runnable> beforePush = new ArrayDeque<>();
  private final Deque<Fault> onFetch = new ArrayDeque<>();
  volatile int fetches;
  volatile int pushes;
  int lostAnswers;
  int unsent;
  boolean dieAfterPush;
  volatile boolean down;

  /** What the machine does to a fetch. */
  interface Fault {
    void strike() throws IOException;
  }

  /** Once, at the next fetch that has none yet. */
  void onFetch(Fault fault) {
    onFetch.add(fault);
  }

  /** Once, before the next push that has none yet. */
  RemoteSpy beforePush(Runnable rival) {
    beforePush.add(rival);
    return this;
  }

  @Override
  public Fetched fetch(
      Repository store, dev.palinode.gitwriter.Repository repository, Credentials credentials)
      throws IOException {
    fetches++;
    if (down) {
      return new Fetched.Failed(new WriteOutcome.Unreachable("the remote is down"));
    }
    if (!onFetch.isEmpty()) {
      try {
        onFetch.poll().strike();
      } catch (TransportException e) {
        Faults.throwIfStore(store, e);
        throw e;
      }
    }
    return real.fetch(store, repository, credentials);
  }

  @Override
  public Pushed push(
      Repository store,
      dev.palinode.gitwriter.Repository repository,
      Credentials credentials,
      ObjectId commit,
      ObjectId lease)
      throws IOException {
    pushes++;
    if (!beforePush.isEmpty()) {
      beforePush.poll().run();
    }
    if (unsent > 0) {
      unsent--;
      return new Pushed.Lost("cut before the commands");
    }
    Pushed answer = real.push(store, repository, credentials, commit, lease);
    if (dieAfterPush) {
      dieAfterPush = false;
      throw new Killed();
    }
    if (lostAnswers > 0) {
      lostAnswers--;
      return new Pushed.Lost("cut after the commands");
    }
    return answer;
  }

  /** The end of the process, as far as one thread can have it. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }
}
