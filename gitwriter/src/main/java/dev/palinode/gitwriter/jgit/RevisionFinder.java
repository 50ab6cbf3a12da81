package dev.palinode.gitwriter.jgit;

import dev.palinode.crds.RevertSpec.ObjectRef;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.plan.App;
import dev.palinode.gitwriter.plan.Planner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;

/** Finds in a branch's history the commits that nobody told us, by the images that were serving. */
final class RevisionFinder {
  private final FirstParents line;
  private final String path;
  private final ObjectRef object;
  private final Map<ObjectId, Map<String, String>> seen = new HashMap<>();

  RevisionFinder(FirstParents line, String path, ObjectRef object) {
    this.line = line;
    this.path = path;
    this.object = object;
  }

  /** The newest commit, from {@code start} downwards, whose object carries the images. */
  Optional<RevCommit> newestCarrying(RevCommit start, Map<String, String> images)
      throws IOException {
    return images.isEmpty() ? Optional.empty() : line.newest(start, c -> carries(c, images));
  }

  /**
   * The commit that failed: the newest one that existed when the failure was seen. If all are newer
   * (clocks differ), the oldest of the unbroken run at the tip. Empty if the tip has moved on.
   */
  Optional<RevCommit> failed(Intent intent) throws IOException {
    Map<String, String> images = intent.failed().images();
    if (!carries(line.tip(), images)) {
      return Optional.empty();
    }
    RevCommit here = line.tip();
    while (here.getCommitTime() > intent.createdAt().getEpochSecond()) {
      Optional<RevCommit> parent = line.parent(here);
      if (parent.isEmpty() || !carries(parent.get(), images)) {
        break;
      }
      here = parent.get();
    }
    return Optional.of(here);
  }

  /**
   * The state before: the newest ancestor with the last good images; if the images did not change,
   * the one before the owned files last did.
   */
  Optional<RevCommit> lastGood(Intent intent, RevCommit failed) throws IOException {
    Optional<RevCommit> before = line.parent(failed);
    if (before.isEmpty()) {
      return before;
    }
    if (!intent.lastGood().images().equals(intent.failed().images())) {
      return newestCarrying(before.get(), intent.lastGood().images());
    }
    Set<String> owned = Planner.ownedFiles(line.tree(failed), intent);
    Optional<RevCommit> changer = line.newest(failed, c -> differsFromParent(c, owned));
    return changer.isPresent() ? line.parent(changer.get()) : Optional.empty();
  }

  private boolean differsFromParent(RevCommit commit, Set<String> files) {
    try {
      Optional<RevCommit> parent = line.parent(commit);
      return parent.isPresent() && line.differs(commit, parent.get(), files);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean carries(RevCommit commit, Map<String, String> images) {
    if (images.isEmpty()) {
      return false;
    }
    CommitTree tree = line.tree(commit);
    Optional<ObjectId> folder = folder(tree);
    if (folder.isEmpty()) {
      return false;
    }
    // Most commits of a shared repository leave this folder alone and are answered from memory.
    Map<String, String> here = seen.get(folder.get());
    if (here == null) {
      App.Sighting sighting = App.sight(tree, path, object);
      here = sighting.images();
      if (sighting.isSelfContained()) {
        seen.put(folder.get(), here);
      }
    }
    return here.entrySet().containsAll(images.entrySet());
  }

  private Optional<ObjectId> folder(CommitTree tree) {
    try {
      return tree.folder(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
