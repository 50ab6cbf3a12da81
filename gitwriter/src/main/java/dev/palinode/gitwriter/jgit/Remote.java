package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.WriteOutcome;
import java.io.IOException;
import org.eclipse.jgit.lib.ObjectId;

/** The two things asked of a git server. Faults of the local store are thrown, others answered. */
interface Remote {
  /** What a fetch brought. */
  sealed interface Fetched {
    /** The branch's tip; its history is in the store. */
    record Tip(ObjectId commit) implements Fetched {}

    /** Blocked or Unreachable. */
    record Failed(WriteOutcome outcome) implements Fetched {}
  }

  /** How the server answered a push. */
  sealed interface Pushed {
    /** The branch is at our commit. */
    record Landed() implements Pushed {}

    /** The branch was not where we thought. Nothing was written. */
    record Raced() implements Pushed {}

    /** The server rejected it; whether for a race or on principle is for a re-read to tell. */
    record Rejected(String words) implements Pushed {}

    /** The answer did not arrive: it may have been written or not. */
    record Lost(String message) implements Pushed {}

    /** The server was not asked. */
    record Failed(WriteOutcome outcome) implements Pushed {}
  }

  Fetched fetch(
      org.eclipse.jgit.lib.Repository store, Repository repository, Credentials credentials)
      throws IOException;

  Pushed push(
      org.eclipse.jgit.lib.Repository store,
      Repository repository,
      Credentials credentials,
      ObjectId commit,
      ObjectId lease)
      throws IOException;
}
