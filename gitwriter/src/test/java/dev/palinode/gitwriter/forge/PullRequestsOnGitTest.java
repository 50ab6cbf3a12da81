package dev.palinode.gitwriter.forge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.GitTargetSpec.Merge;
import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.jgit.JGitRestoreBranches;
import dev.palinode.gitwriter.jgit.JGitWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way on a real repository: branch, pull request, merge by git itself. */
class PullRequestsOnGitTest {
  @TempDir Path dir;
  private final FakeHost host = new FakeHost();
  private final HostServer server = new HostServer();
  private Path bare;
  private Path work;
  private Intent intent;
  private PullRequests requests;

  @BeforeEach
  void releaseGoodThenBad() throws Exception {
    bare = dir.resolve("shop/deploy.git");
    work = dir.resolve("work");
    Files.createDirectories(bare);
    git(bare, "init", "-q", "--bare", "-b", "main");
    git(dir, "clone", "-q", bare.toString(), work.toString());
    String good = commit("checkout 2.4.0", Shop.good());
    String bad = commit("checkout 2.4.1", Shop.bad());
    intent = Shop.wish(bare.toString()).revisions(bad, good).intent();
    server.play(Kind.GITEA.api.apply(host), Kind.GITEA.root);
    host.merger = this::merge;
    requests = process();
  }

  private PullRequests process() {
    return new PullRequests(
        new JGitRestoreBranches(
            JGitWriter.Settings.in(dir.resolve("store")),
            _ -> Observed.known(Credentials.none()),
            () -> Shop.ASKED),
        new HttpForges(
            _ -> Observed.known(Credentials.none()), () -> Shop.ASKED, ForgeListener.SILENT));
  }

  @AfterEach
  void end() throws Exception {
    requests.close();
    server.close();
    git(bare, "fsck", "--strict", "--no-dangling");
  }

  private PullRequestOutcome round(Merge merge) throws Exception {
    PullRequestOutcome outcome = requests.round(intent, Kind.GITEA.wanted(server.url(), merge));
    see();
    return outcome;
  }

  /** The host hears of pushes, as its hooks would tell it. */
  private void see() throws Exception {
    git(bare, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads")
        .lines()
        .map(l -> l.split(" "))
        .forEach(l -> host.heads.put(l[0], l[1]));
  }

  private String merge(String base, String head) {
    try {
      String tree = git(bare, "merge-tree", "--write-tree", base, head).lines().findFirst().get();
      String made = git(bare, "commit-tree", tree, "-p", base, "-p", head, "-m", "Merge").strip();
      git(bare, "update-ref", "refs/heads/" + base, made);
      return made;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private String commit(String message, Map<String, String> files) throws Exception {
    for (var file : files.entrySet()) {
      Path path = work.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    git(work, "add", "-A");
    git(work, "commit", "-q", "-m", message);
    git(work, "push", "-q", "origin", "HEAD:main");
    return git(work, "rev-parse", "HEAD").strip();
  }

  private static String git(Path at, String... args) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("git"));
    all.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(all).directory(at.toFile());
    Map<String, String> env = builder.environment();
    env.put("GIT_CONFIG_GLOBAL", "/dev/null");
    env.put("GIT_CONFIG_NOSYSTEM", "1");
    for (String who : List.of("AUTHOR", "COMMITTER")) {
      env.put("GIT_" + who + "_NAME", "Dana");
      env.put("GIT_" + who + "_EMAIL", "dana@example.com");
      env.put("GIT_" + who + "_DATE", "2026-11-01T12:00:00Z");
    }
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(all + ": " + out).isZero();
    return out;
  }

  private String atBase(String file) throws Exception {
    return git(bare, "show", "main:" + file);
  }

  @Test
  void badRelease_isProposedReviewedAndMerged() throws Exception {
    host.checks = FakeHost.Checks.Pending;
    assertThat(round(Merge.WhenChecksPass)).isInstanceOf(PullRequestOutcome.Open.class);
    assertThat(atBase(Shop.DEPLOYMENT)).contains(Shop.BAD_IMAGE);
    git(work, "pull", "-q", "--no-rebase", "origin", "main");
    commit("somebody else's", Map.of("apps/cart/d.yaml", "a: 1\n"));
    host.checks = FakeHost.Checks.Passed;

    var merged = (PullRequestOutcome.Merged) round(Merge.WhenChecksPass);

    assertThat(atBase(Shop.DEPLOYMENT)).isEqualTo(Shop.deployment(Shop.GOOD_IMAGE));
    assertThat(atBase("apps/cart/d.yaml")).isEqualTo("a: 1\n");
    assertThat(git(bare, "rev-parse", "main").strip()).isEqualTo(merged.commit());
    requests.close();
    requests = process();
    assertThat(round(Merge.WhenChecksPass)).isEqualTo(merged);
    assertThat(host.requests).hasSize(1);
  }

  @Test
  void revertByHandMeanwhile_closesIt() throws Exception {
    round(Merge.ByPerson);
    commit("by hand", Map.of(Shop.DEPLOYMENT, Shop.deployment(Shop.GOOD_IMAGE)));

    assertThat(round(Merge.ByPerson)).isInstanceOf(PullRequestOutcome.Superseded.class);
    assertThat(host.requests.getFirst().state).isEqualTo(PullRequest.State.Closed);
    assertThat(host.requests.getFirst().comments).hasSize(1);
  }

  @Test
  void revertByHandBefore_proposesNothing() throws Exception {
    commit("by hand", Map.of(Shop.DEPLOYMENT, Shop.deployment(Shop.GOOD_IMAGE)));

    assertThat(round(Merge.ByPerson)).isInstanceOf(PullRequestOutcome.Superseded.class);
    assertThat(host.requests).isEmpty();
    assertThat(git(bare, "for-each-ref", "refs/heads/rollback")).isEmpty();
  }
}
