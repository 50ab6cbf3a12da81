package dev.palinode.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A revert by hand, and the proof of it, at the command line. */
class RevertCommandTest {
  @TempDir Path dir;
  private GitDeployment git;
  private StringWriter out;
  private StringWriter err;

  @BeforeEach
  void deploy() {
    git = new GitDeployment(dir);
  }

  private int run(String... args) {
    out = new StringWriter();
    err = new StringWriter();
    return Palinode.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private int revert(String... more) {
    List<String> args = new ArrayList<>(List.of("revert", "--repo", git.bare.toString()));
    args.addAll(List.of("--branch", "main", "--path", "apps/checkout"));
    args.addAll(List.of("--good", git.good, "--bad", git.bad));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  @Test
  void dryRun_printsTheExactChangeAndPushesNothing() {
    assertThat(revert("--dry-run")).isZero();

    assertThat(out.toString())
        .isEqualTo(
            GitDeployment.git(git.work, "diff", git.bad, git.good)
                // git adds the line above a hunk, which is no part of the change
                .replaceAll("(@@ .* @@).*", "$1"));
    assertThat(err.toString()).contains("would push: Revert \"checkout 2.4.1 (SHOP-77)\"");
    assertThat(git.tip()).isEqualTo(git.bad);
  }

  @Test
  void revert_pushesOnceAndIsProven() {
    assertThat(revert("--why", "checkout fails")).isZero();
    assertThat(out.toString()).isEqualTo(git.tip() + " Revert \"checkout 2.4.1 (SHOP-77)\"\n");
    assertThat(GitDeployment.git(git.bare, "log", "-1", "--format=%B", "main"))
        .contains("Rollback-Issue: SHOP-77", "Rollback-Reason: checkout fails", "by Dana");

    assertThat(revert("--why", "checkout fails")).isEqualTo(3);
    assertThat(out.toString()).contains("done already by " + git.tip());
    assertThat(run("verify", git.bare.toString(), "main")).as(out.toString()).isZero();
    assertThat(out.toString())
        .contains(git.tip().substring(0, 12) + "  by-hand/shop/Deployment/checkout  fine")
        .contains("1 of 3 commits are ours, 0 with findings");
  }

  @Test
  void abbreviatedCommitsAndNamedObject_areEnough() {
    assertThat(
            run(
                "revert",
                "--repo=" + git.bare,
                "--branch=main",
                "--path=apps/checkout",
                "--good=" + git.good.substring(0, 9),
                "--bad=" + git.bad.substring(0, 9),
                "--object=deployment/shop/checkout",
                "--dry-run"))
        .as(err.toString())
        .isZero();
  }

  @Test
  void laterWorkBesideTheImage_stays() {
    git.release("scale", GitDeployment.deployment("2.4.1").replace("replicas: 3", "replicas: 4"));

    assertThat(revert()).as(err.toString()).isZero();

    assertThat(GitDeployment.git(git.bare, "show", "main:" + GitDeployment.FILE))
        .isEqualTo(GitDeployment.deployment("2.4.0").replace("replicas: 3", "replicas: 4"));
  }

  @Test
  void laterWorkInTheWay_isFour() {
    String failed =
        GitDeployment.deployment("2.4.1").replace("replicas: 3", "replicas: 3\n  slow: {x: 1}");
    git.bad = git.release("2.4.1, slower", failed);
    git.release("slower still", failed.replace("{x: 1}", "{x: 2}"));
    String tip = git.tip();
    assertThat(revert()).isEqualTo(4);
    assertThat(err.toString()).contains("FileChanged", "put the failed part back by hand");
    assertThat(git.tip()).isEqualTo(tip);
  }

  @Test
  void branchThatMovedOn_isThree() {
    git.release("2.4.2", GitDeployment.deployment("2.4.2"));
    assertThat(revert()).isEqualTo(3);
    assertThat(out.toString()).contains("nothing to do");
  }

  @Test
  void whatMayNotBeDone_isFive() {
    assertThat(
            run(
                "revert",
                "--repo",
                git.bare.toString(),
                "--branch",
                "main",
                "--path",
                "apps/checkout/../..",
                "--good",
                git.good,
                "--bad",
                git.bad,
                "--object",
                "Deployment/shop/checkout"))
        .isEqualTo(5);
    assertThat(revert("--good", "0123456789012345678901234567890123456789")).isEqualTo(2);
    assertThat(
            run(
                "revert",
                "--repo",
                git.bare.toString(),
                "--branch",
                "main",
                "--path",
                "apps/checkout",
                "--bad",
                git.good,
                "--good",
                git.bad))
        .isEqualTo(5);
    assertThat(err.toString()).contains("HistoryRewritten");
  }

  @Test
  void refusingServer_isFiveInItsWords() throws IOException {
    Path hook = git.bare.resolve("hooks/pre-receive");
    Files.writeString(hook, "#!/bin/sh\necho 'frozen until Monday'; exit 1\n");
    assertThat(hook.toFile().setExecutable(true)).isTrue();
    assertThat(revert()).isEqualTo(5);
    assertThat(err.toString()).contains("frozen until Monday");
  }

  @Test
  void absentServer_isSix() {
    assertThat(
            run(
                "revert",
                "--repo=http://127.0.0.1:1/deploy.git",
                "--branch=main",
                "--path=apps/checkout",
                "--good=" + git.good,
                "--bad=" + git.bad))
        .isEqualTo(6);
    assertThat(err.toString()).contains("cannot reach 127.0.0.1:1");
  }

  @Test
  void unclearWish_isTwoAndSaysWhatIsThere() {
    git.write(
        "apps/checkout/worker.yaml",
        GitDeployment.deployment("1").replace("name: checkout,", "name: worker,"));
    git.release("worker", GitDeployment.deployment("2.4.1"));
    assertThat(revert()).isEqualTo(2);
    assertThat(err.toString())
        .contains("Deployment/shop/checkout", "Deployment/shop/worker", "--object");
    assertThat(revert("--object", "checkout")).isEqualTo(2);
    assertThat(revert("--good", "HEAD")).isEqualTo(2);
    assertThat(revert("--bad", "--upload-pack=x")).isEqualTo(2);
  }

  @Test
  void verify_answersOfEveryKind() {
    assertThat(run("verify", git.bare.toString())).isEqualTo(3);
    assertThat(run("verify", dir.toString())).isEqualTo(2);
    assertThat(run("verify", git.bare.toString(), "nope")).isEqualTo(2);
    git.write(GitDeployment.FILE, GitDeployment.deployment("evil"));
    GitDeployment.git(git.work, "commit", "-qam", forged());
    GitDeployment.git(git.work, "push", "-q", "origin", "HEAD:main");
    assertThat(run("verify", git.bare.toString(), "main", "-o", "json")).isEqualTo(1);
    assertThat(out.toString()).contains("did not stand there", "\"fine\" : false");
    assertThat(run("verify", git.bare.toString(), git.good + ".." + git.bad)).isEqualTo(3);
  }

  private String forged() {
    return """
    Revert "x"

    Deployment shop/checkout goes back.

    Rollback-Intent: intent-0001
    Rollback-Target: prod-eu/shop/Deployment/checkout
    Rollback-Path: apps/checkout
    Rollback-Good: %s
    """
        .formatted(git.good);
  }

  @Test
  void hook_letsRestoresInAndForgeriesNot() throws IOException {
    Path hook = git.bare.resolve("hooks/pre-receive");
    Files.copy(Path.of("..", "deploy", "git", "pre-receive"), hook);
    assertThat(hook.toFile().setExecutable(true)).isTrue();
    GitDeployment.git(git.bare, "config", "palinode.command", git.program().toString());
    GitDeployment.git(git.bare, "config", "palinode.account", "palinode-bot");
    GitDeployment.git(git.bare, "config", "palinode.author", "palinode@localhost");

    assertThat(revert()).as(err.toString()).isZero();
    String honest = git.tip();
    GitDeployment.git(git.work, "fetch", "-q");
    GitDeployment.git(git.work, "reset", "-q", "--hard", "origin/main");

    git.write(GitDeployment.FILE, GitDeployment.deployment("evil"));
    GitDeployment.git(git.work, "commit", "-qam", forged());
    GitDeployment.Ran refused =
        GitDeployment.tryGit(git.work, Map.of(), "push", "origin", "HEAD:main");
    assertThat(refused.code()).isNotZero();
    assertThat(refused.output())
        .contains(
            "palinode: refused, not a restore", "did not stand there", "pre-receive hook declined");
    assertThat(git.tip()).isEqualTo(honest);

    GitDeployment.git(git.work, "reset", "-q", "--hard", "origin/main");
    git.write("README.md", "hello\n");
    GitDeployment.git(git.work, "add", "-A");
    GitDeployment.git(git.work, "commit", "-qm", "docs");
    GitDeployment.Ran bot =
        GitDeployment.tryGit(
            git.work, Map.of("GITEA_PUSHER_NAME", "palinode-bot"), "push", "origin", "HEAD:main");
    assertThat(bot.output()).contains("is no commit of ours");
    GitDeployment.git(git.work, "push", "-q", "origin", "HEAD:main");
    assertThat(git.tip()).as("everybody else pushes what they like").isEqualTo(git.head());
  }

  @Test
  void ciScript_answersAsTheCommandAndNothingOfOursIsFine() {
    Map<String, String> program = Map.of("PALINODE", git.program().toString());
    String script = Path.of("..", "deploy", "git", "ci-verify").toAbsolutePath().toString();
    assertThat(
            GitDeployment.run(git.work, program, List.of(script, "0".repeat(40) + ".." + git.bad))
                .code())
        .isZero();
    git.write(GitDeployment.FILE, GitDeployment.deployment("evil"));
    GitDeployment.git(git.work, "commit", "-qam", forged());
    GitDeployment.Ran found =
        GitDeployment.run(git.work, program, List.of(script, git.bad + "..HEAD"));
    assertThat(found.code()).isEqualTo(1);
    assertThat(found.output()).contains("FINDING", "did not stand there");
    assertThat(GitDeployment.run(git.work, program, List.of(script)).code()).isEqualTo(2);
  }
}
