package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome.Committed;
import dev.palinode.gitwriter.WriteOutcome.Superseded;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Merges and single values as commits of a real repository, past the proof before the push. */
class EditsOnGitTest extends LocalRepoCase {
  private static final String BAD = Shop.deployment(Shop.BAD_IMAGE);
  private static final String GOOD = Shop.deployment(Shop.GOOD_IMAGE);

  private String mode() {
    return repo.git("log", "-1", "--format=%(trailers:key=Rollback-Mode,valueonly)").strip();
  }

  @Test
  void scenario02_rivalEditsAnotherFieldOfTheFile_mergeKeepsBoth() {
    repo.commit("scale", Map.of(Shop.DEPLOYMENT, BAD.replace("replicas: 3", "replicas: 5")));

    assertThat(submit(wish)).isInstanceOf(Committed.class);
    assertThat(repo.text(Shop.DEPLOYMENT)).isEqualTo(GOOD.replace("replicas: 3", "replicas: 5"));
    assertThat(mode()).isEqualTo("path");
  }

  @Test
  void scenario02_rivalEditsTheSameLine_fieldKeepsBoth() {
    repo.commit("note", Map.of(Shop.DEPLOYMENT, BAD.replace("# the release", "# é watched")));

    assertThat(submit(wish)).isInstanceOf(Committed.class);
    assertThat(repo.text(Shop.DEPLOYMENT)).isEqualTo(GOOD.replace("# the release", "# é watched"));
    assertThat(mode()).isEqualTo("field");
    assertThat(repo.git("log", "-1", "--format=%B"))
        .doesNotContain("This reverts commit")
        .contains(
            "Rollback-Field: apps/checkout/deployment.yaml#/spec/template/spec/containers/0/image"
                + " \"registry/checkout:2.4.1\" -> \"registry/checkout:2.4.0\"");
  }

  @Test
  void scenario03_rivalRestoredTheField_zeroCommits() {
    repo.commit("by hand", Map.of(Shop.DEPLOYMENT, GOOD.replace("# the release", "# fixed")));

    assertThat(submit(wish)).isInstanceOf(Superseded.class);
    assertThat(repo.reverts()).isZero();
  }

  @Test
  void scenario04_rivalMovedTheFieldOn_zeroCommits() {
    repo.commit("2.4.2", Map.of(Shop.DEPLOYMENT, Shop.deployment("registry/checkout:2.4.2")));

    assertThat(submit(wish)).isInstanceOf(Superseded.class);
    assertThat(repo.reverts()).isZero();
  }

  @Test
  void scenario28_releaseAmongThreeHundredOtherFiles_onlyOwnedPathsChange() {
    Map<String, String> files = new HashMap<>();
    for (int i = 0; i < 300; i++) {
      files.put("apps/other" + i + "/values.yaml", "v: " + i + "\n");
    }
    files.put(Shop.DEPLOYMENT, BAD + "# big\n");
    files.put("apps/checkout/README.md", "not ours\n");
    bad = repo.commit("everything at once", files);

    Committed done = (Committed) submit(wish.revisions(bad, good));
    assertThat(done.files()).containsExactly(Shop.DEPLOYMENT);
    assertThat(repo.git("diff", "--name-only", bad, "main").strip()).isEqualTo(Shop.DEPLOYMENT);
    assertThat(repo.git("log", "-1", "--format=%B")).doesNotContain("This reverts commit");
  }

  @Test
  void scenario28_releaseBroughtByAMerge_onlyOwnedPathsChange() {
    repo.reset(good);
    repo.commit("side", Map.of("README.md", "side\n"));
    String side = repo.commit("side 2.4.1", Map.of(Shop.DEPLOYMENT, BAD));
    repo.reset(good);
    String main = repo.commit("main", Map.of("main.md", "main\n"));
    String tree = repo.git("merge-tree", "--write-tree", main, side).strip();
    bad =
        repo.git(
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@example.com",
                "commit-tree",
                tree,
                "-p",
                main,
                "-p",
                side,
                "-m",
                "Merge side")
            .strip();
    repo.reset(bad);

    Committed done = (Committed) submit(wish.revisions(bad, good));
    assertThat(done.files()).containsExactly(Shop.DEPLOYMENT);
    assertThat(repo.text("README.md")).isEqualTo("side\n");
    assertThat(repo.text("main.md")).isEqualTo("main\n");
    assertThat(repo.text(Shop.DEPLOYMENT)).isEqualTo(GOOD);
  }

  @Test
  void scenario24_submoduleOrSymlinkAtThePlace_isNeverWritten() {
    repo.commit("link", Map.of(Shop.DEPLOYMENT, "-> ../../README.md"));
    String tip = repo.tip();

    assertThat(submit(wish)).isNotInstanceOf(Committed.class);
    assertThat(repo.tip()).isEqualTo(tip);
  }
}
