package dev.palinode.gitwriter.audit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;

/** Whether a commit's form and its trailers are as they must be, content aside. */
final class Trailers {
  private static final String INTENT_FORM = "[A-Za-z0-9][A-Za-z0-9._-]{7,63}";

  private final History history;
  private final Rules rules;

  Trailers(History history, Rules rules) {
    this.history = history;
    this.rules = rules;
  }

  /** The good commit, if the trailers name one that this commit may go back to. */
  record Read(Optional<RevCommit> good, List<String> problems) {}

  Read read(RevCommit commit, Message message) throws IOException {
    List<String> problems = new ArrayList<>(form(commit, message));
    for (String key : List.of(Message.INTENT, Message.TARGET, Message.GOOD)) {
      int count = message.values(key).size();
      if (count != 1) {
        problems.add("has " + count + " trailers " + key + ", it must have one");
      }
    }
    message
        .only(Message.INTENT)
        .filter(i -> !i.matches(INTENT_FORM))
        .ifPresent(i -> problems.add("its Rollback-Intent is no intent id"));
    message
        .only(Message.TARGET)
        .filter(t -> Target.of(t).isEmpty())
        .ifPresent(t -> problems.add("its Rollback-Target is not cluster/namespace/kind/name"));
    Optional<String> named = message.only(Message.GOOD);
    if (named.isEmpty() || commit.getParentCount() != 1) {
      return new Read(Optional.empty(), problems);
    }
    RevCommit parent = history.parent(commit).orElseThrow();
    Optional<RevCommit> good = history.commit(named.get());
    if (good.isEmpty()) {
      problems.add("its Rollback-Good is no commit of this repository");
    } else if (AnyObjectId.isEqual(good.get(), parent) || !history.isOnLine(good.get(), parent)) {
      problems.add("its Rollback-Good is not on the branch before it");
    } else {
      problems.addAll(undone(commit, message, parent, good.get()));
    }
    return new Read(good, problems);
  }

  private List<String> form(RevCommit commit, Message message) {
    List<String> problems = new ArrayList<>();
    if (commit.getParentCount() != 1) {
      problems.add("has " + commit.getParentCount() + " parents, it must have one");
    }
    PersonIdent author = commit.getAuthorIdent();
    if (!author.equals(commit.getCommitterIdent())) {
      problems.add("its author is not its committer");
    }
    rules
        .author()
        .filter(email -> !email.equalsIgnoreCase(author.getEmailAddress()))
        .ifPresent(email -> problems.add("is written by somebody else than " + email));
    if (!message.strays().isEmpty()) {
      problems.add("has lines like trailers of ours outside its last paragraph");
    }
    if (message.hasControls()) {
      problems.add("has control characters in its message");
    }
    return problems;
  }

  /** What it says it undoes lies after the good commit and touched the same files. */
  private List<String> undone(RevCommit commit, Message message, RevCommit parent, RevCommit good)
      throws IOException {
    List<String> problems = new ArrayList<>();
    Set<String> changed =
        Set.copyOf(history.snapshot(commit).changedSince(history.snapshot(parent)));
    for (String id : message.values(Message.OF)) {
      Optional<RevCommit> failed = history.commit(id);
      if (failed.isEmpty()) {
        problems.add("its Rollback-Of names no commit of this repository");
      } else if (!history.isOnLine(failed.get(), parent)
          || AnyObjectId.isEqual(failed.get(), good)
          || !history.isOnLine(good, failed.get())) {
        problems.add("its Rollback-Of is not between Rollback-Good and itself");
      } else if (history
          .snapshot(failed.get())
          .changedSince(history.snapshot(history.parent(failed.get()).orElseThrow()))
          .stream()
          .noneMatch(changed::contains)) {
        problems.add("its Rollback-Of did not touch what it puts back");
      }
    }
    return problems;
  }
}
