package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.jgit.JGitEvidenceNotes.Note;
import dev.palinode.gitwriter.jgit.JGitEvidenceNotes.Try;
import dev.palinode.gitwriter.plan.CommitMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.notes.NoteMap;
import org.eclipse.jgit.revwalk.RevWalk;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One try to put lines on what the server's notes are now. Lines of others stay. */
final class NotesPush {
  static final String REF = "refs/notes/rollback-evidence";

  private static final Logger log = LoggerFactory.getLogger(NotesPush.class);
  private static final int MAX_BYTES = 1 << 20;

  private final JGitBranchRemote remote;
  private final Repository repository;
  private final Credentials credentials;

  NotesPush(JGitBranchRemote remote, Repository repository, Credentials credentials) {
    this.remote = remote;
    this.repository = repository;
    this.credentials = credentials;
  }

  Try attempt(org.eclipse.jgit.lib.Repository store, List<Note> notes) throws IOException {
    return switch (remote.fetchRef(store, repository, REF, "refs/palinode/notes", credentials)) {
      case JGitBranchRemote.Head.Failed(var outcome) -> refused(notes, outcome.toString());
      case JGitBranchRemote.Head.At(var old) -> {
        Optional<ObjectId> made = commit(store, old, notes);
        yield made.isEmpty() ? Try.Done : push(store, made.get(), old, notes);
      }
    };
  }

  private Try push(
      org.eclipse.jgit.lib.Repository store,
      ObjectId commit,
      Optional<ObjectId> old,
      List<Note> notes)
      throws IOException {
    return switch (remote.pushRef(store, repository, REF, credentials, commit, old)) {
      case Remote.Pushed.Landed _ -> Try.Done;
      case Remote.Pushed.Raced _ -> Try.Raced;
      // Whether it arrived is seen by the next try.
      case Remote.Pushed.Lost _ -> Try.Raced;
      case Remote.Pushed.Rejected(var words) ->
          Faults.isRace(words) ? Try.Raced : refused(notes, words);
      case Remote.Pushed.Failed(var outcome) -> refused(notes, outcome.toString());
    };
  }

  private Try refused(List<Note> notes, String words) {
    log.info("{}: {} notes were not taken: {}", repository, notes.size(), words);
    return Try.Refused;
  }

  /** Empty if all lines are there. */
  private static Optional<ObjectId> commit(
      org.eclipse.jgit.lib.Repository store, Optional<ObjectId> old, List<Note> notes)
      throws IOException {
    try (ObjectInserter inserter = store.newObjectInserter();
        ObjectReader reader = inserter.newReader();
        RevWalk walk = new RevWalk(reader)) {
      NoteMap map =
          old.isPresent()
              ? NoteMap.read(reader, walk.parseCommit(old.get()))
              : NoteMap.newEmptyMap();
      boolean isNews = false;
      for (Note note : notes) {
        String before = text(reader, map.get(note.commit()));
        String line = note.line();
        if (before.lines().noneMatch(line::equals)) {
          String joint = before.isEmpty() || before.endsWith("\n") ? "" : "\n";
          map.set(note.commit(), before + joint + line + "\n", inserter);
          isNews = true;
        }
      }
      if (!isNews) {
        return Optional.empty();
      }
      CommitBuilder commit = new CommitBuilder();
      commit.setTreeId(map.writeTree(inserter));
      old.ifPresent(commit::setParentId);
      PersonIdent author = author(notes.getLast().intent());
      commit.setAuthor(author);
      commit.setCommitter(author);
      commit.setEncoding(StandardCharsets.UTF_8);
      commit.setMessage("Evidence of " + notes.size() + " reverts\n");
      ObjectId id = inserter.insert(commit);
      inserter.flush();
      return Optional.of(id);
    }
  }

  private static String text(ObjectReader reader, @Nullable ObjectId note) throws IOException {
    return note == null
        ? ""
        : new String(
            reader.open(note, Constants.OBJ_BLOB).getCachedBytes(MAX_BYTES),
            StandardCharsets.UTF_8);
  }

  private static PersonIdent author(Intent intent) {
    return new PersonIdent(
        CommitMessage.line(intent.author().name(), 200),
        CommitMessage.line(intent.author().email(), 200),
        intent.createdAt(),
        ZoneOffset.UTC);
  }
}
