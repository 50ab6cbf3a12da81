package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.plan.CommitMessage;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;

/**
 * Which intents a branch carries, read from the trailers once and remembered by commit, so that a
 * thousand intents on one tip do not each walk the same line. Commits never change, so what is
 * remembered stays true; whether it is still on the branch is looked up again.
 */
final class OwnCommits {
  private static final int MAX_SCAN = 2_000;
  private static final int MAX_REMEMBERED = 20_000;

  private final Map<String, ObjectId> carriers = new HashMap<>();
  private final Set<ObjectId> seen = new HashSet<>();

  /** Reads what is new on the line, down to what was seen before. */
  void read(FirstParents line) throws IOException {
    if (seen.size() > MAX_REMEMBERED) {
      seen.clear();
      carriers.clear();
    }
    RevCommit here = line.tip();
    for (int i = 0; i < MAX_SCAN && seen.add(here.toObjectId()); i++) {
      for (String intent : here.getFooterLines(CommitMessage.INTENT)) {
        carriers.put(intent, here.toObjectId());
      }
      Optional<RevCommit> parent = line.parent(here);
      if (parent.isEmpty()) {
        return;
      }
      here = parent.get();
    }
  }

  /** A commit just made on top of the line. */
  void add(String intent, ObjectId commit) {
    carriers.put(intent, commit);
  }

  /** False only if no commit that was read carries the intent. */
  boolean mayCarry(String intent) {
    return carriers.containsKey(intent);
  }
}
