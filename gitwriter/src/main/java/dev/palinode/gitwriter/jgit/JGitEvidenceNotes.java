package dev.palinode.gitwriter.jgit;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.CredentialSource;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.EvidenceNotes;
import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.plan.EvidenceLine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes of a repository, in {@code refs/notes/rollback-evidence}: JSON lines on commits of ours.
 * The branch was written before; whatever happens here, the revert stands. What comes while a push
 * is on its way goes out together in the next one.
 */
public final class JGitEvidenceNotes implements EvidenceNotes, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(JGitEvidenceNotes.class);
  private static final int TRIES = 5;

  private final CredentialSource credentials;
  private final JGitBranchRemote remote;
  private final Mirrors mirrors;
  private final Executor aside;

  /** Both guarded by this. */
  private final Map<Repository, List<Note>> waiting = new HashMap<>();

  private final Set<Repository> working = new HashSet<>();

  /** A line for a commit. */
  record Note(Intent intent, ObjectId commit) {
    String line() {
      return EvidenceLine.of(intent);
    }
  }

  /** How one try ended. */
  enum Try {
    Done,
    Raced,
    Refused
  }

  /**
   * @param settings of the writer beside it; the mirrors go into a folder below its own
   */
  public JGitEvidenceNotes(JGitWriter.Settings settings, CredentialSource credentials) {
    this(settings, credentials, task -> Thread.ofVirtual().name("notes").start(task));
  }

  JGitEvidenceNotes(JGitWriter.Settings settings, CredentialSource credentials, Executor aside) {
    HermeticSystemReader.install();
    this.credentials = credentials;
    this.aside = aside;
    this.remote = new JGitBranchRemote(settings.stall(), settings.transfer());
    this.mirrors =
        new Mirrors(
            settings.store().resolve("notes"), settings.incarnation(), GitWriterListener.SILENT);
  }

  @Override
  public void attach(Intent intent, String commit) {
    if (!ObjectId.isId(commit) || intent.repository().problem().isPresent()) {
      return;
    }
    Repository repository = intent.repository();
    boolean isFirst;
    synchronized (this) {
      waiting
          .computeIfAbsent(repository, _ -> new ArrayList<>())
          .add(new Note(intent, ObjectId.fromString(commit)));
      isFirst = working.add(repository);
    }
    if (isFirst) {
      aside.execute(() -> work(repository));
    }
  }

  private void work(Repository repository) {
    while (true) {
      List<Note> batch;
      synchronized (this) {
        batch = waiting.remove(repository);
        if (batch == null) {
          working.remove(repository);
          return;
        }
      }
      try {
        write(repository, batch);
      } catch (RuntimeException | StoreFault e) {
        log.info("{}: {} notes were lost: {}", repository, batch.size(), e.getClass().getName());
      }
    }
  }

  private void write(Repository repository, List<Note> batch) throws StoreFault {
    switch (credentials.forRepository(repository)) {
      case Observed.Known<Credentials>(var found) -> {
        for (int i = 0; i < TRIES; i++) {
          Try ended =
              mirrors
                  .of(repository)
                  .use(store -> new NotesPush(remote, repository, found).attempt(store, batch));
          if (ended != Try.Raced) {
            return;
          }
        }
        log.info("{}: {} notes lost every race", repository, batch.size());
      }
      case Observed.Missing<Credentials> _, Observed.Unreadable<Credentials> _ ->
          log.info("{}: {} notes were lost with the credentials", repository, batch.size());
    }
  }

  @Override
  public void close() {
    mirrors.close();
  }
}
