package dev.palinode.gitwriter.jgit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * Programs that write the same lines as we do and would bring a failed release back: found by what
 * they leave in a repository.
 */
final class Fighters {
  private static final int MAX_COMMITS = 200;
  private static final int MAX_FILES = 20_000;
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_TOLD = 5;
  private static final String MARKER = "$imagepolicy";
  private static final Pattern BOTS =
      Pattern.compile(
          "(?i)renovate|dependabot|image-?updater|image-?automation|fluxcd-?bot|kargo|promoter|\\[bot\\]");

  private Fighters() {}

  /** Programs among the authors of the newest commits, with how many commits they have. */
  static Map<String, Integer> authors(Repository store, ObjectId tip) throws IOException {
    Map<String, Integer> found = new TreeMap<>();
    try (RevWalk walk = new RevWalk(store)) {
      RevCommit here = walk.parseCommit(tip);
      for (int i = 0; i < MAX_COMMITS; i++) {
        PersonIdent author = here.getAuthorIdent();
        if (BOTS.matcher(author.getName() + " " + author.getEmailAddress()).find()) {
          found.merge(author.getName() + " <" + author.getEmailAddress() + ">", 1, Integer::sum);
        }
        if (here.getParentCount() == 0) {
          break;
        }
        here = walk.parseCommit(here.getParent(0));
      }
    }
    return found;
  }

  /** The first few manifests with a line that Flux's image automation rewrites. */
  static List<String> marked(Repository store, ObjectId tip) throws IOException {
    List<String> found = new ArrayList<>();
    try (RevWalk walk = new RevWalk(store);
        TreeWalk tree = new TreeWalk(store)) {
      tree.addTree(walk.parseCommit(tip).getTree());
      tree.setRecursive(true);
      for (int i = 0; i < MAX_FILES && found.size() < MAX_TOLD && tree.next(); i++) {
        String path = tree.getPathString();
        if (path.endsWith(".yaml") || path.endsWith(".yml")) {
          ObjectLoader content = tree.getObjectReader().open(tree.getObjectId(0));
          if (content.getSize() <= MAX_BYTES
              && new String(content.getBytes(MAX_BYTES), StandardCharsets.UTF_8).contains(MARKER)) {
            found.add(path);
          }
        }
      }
    }
    return found;
  }
}
