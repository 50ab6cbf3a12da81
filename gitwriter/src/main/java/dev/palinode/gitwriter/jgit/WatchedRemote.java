package dev.palinode.gitwriter.jgit;

import dev.palinode.crds.RevertSpec.ObjectRef;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.plan.Tree;
import dev.palinode.gitwriter.plan.Workloads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.diff.DiffFormatter;
import org.eclipse.jgit.errors.AmbiguousObjectException;
import org.eclipse.jgit.lib.AbbreviatedObjectId;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/**
 * A remote whose traffic is looked at on its way: what a branch holds, what a push would change. In
 * a dry run the push ends here and counts as landed.
 */
final class WatchedRemote implements Remote {
  private final Remote inner;
  private final boolean isDry;
  private final String path;
  private final List<String> abbreviations;

  private final Map<String, String> commits = new HashMap<>();
  private List<ObjectRef> workloads = List.of();
  private String subject = "";
  private String diff = "";

  /**
   * @param path whose workloads are listed
   * @param abbreviations of commits, to be completed
   */
  WatchedRemote(Remote inner, boolean isDry, String path, List<String> abbreviations) {
    this.inner = inner;
    this.isDry = isDry;
    this.path = path;
    this.abbreviations = List.copyOf(abbreviations);
  }

  @Override
  public Fetched fetch(
      org.eclipse.jgit.lib.Repository store, Repository repository, Credentials credentials)
      throws IOException {
    Fetched fetched = inner.fetch(store, repository, credentials);
    if (fetched instanceof Fetched.Tip(var tip)) {
      look(store, tip);
    }
    return fetched;
  }

  private void look(org.eclipse.jgit.lib.Repository store, ObjectId tip) throws IOException {
    try (RevWalk walk = new RevWalk(store)) {
      CommitTree tree = new CommitTree(walk.getObjectReader(), walk.parseCommit(tip).getTree());
      workloads = Workloads.of(tree, path);
    } catch (Tree.TooLarge e) {
      // The writer meets the same and says so.
      workloads = List.of();
    }
    try (ObjectReader reader = store.newObjectReader()) {
      for (String abbreviation : abbreviations) {
        List<ObjectId> matches =
            new ArrayList<>(reader.resolve(AbbreviatedObjectId.fromString(abbreviation)));
        if (matches.size() == 1) {
          commits.put(abbreviation, matches.getFirst().name());
        }
      }
    } catch (AmbiguousObjectException e) {
      // Stays incomplete, and is refused as such.
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
    try (RevWalk walk = new RevWalk(store)) {
      RevCommit made = walk.parseCommit(commit);
      subject = made.getShortMessage();
      diff = diff(store, walk.parseCommit(lease), made);
    }
    return isDry ? new Pushed.Landed() : inner.push(store, repository, credentials, commit, lease);
  }

  private static String diff(
      org.eclipse.jgit.lib.Repository store, RevCommit before, RevCommit after) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DiffFormatter formatter = new DiffFormatter(bytes)) {
      formatter.setRepository(store);
      formatter.format(before.getTree(), after.getTree());
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Objects with pods at the tip that was fetched last. */
  List<ObjectRef> workloads() {
    return workloads;
  }

  /** Full ids by abbreviation, as far as they are unique. */
  Map<String, String> commits() {
    return Map.copyOf(commits);
  }

  String subject() {
    return subject;
  }

  String diff() {
    return diff;
  }
}
