package dev.palinode.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
  @TempDir Path dir;
  private GitDeployment git;
  private StringWriter out;

  @BeforeEach
  void deploy() {
    git = new GitDeployment(dir);
  }

  private int run(String... more) {
    String[] args = new String[more.length + 1];
    args[0] = "doctor";
    System.arraycopy(more, 0, args, 1, more.length);
    out = new StringWriter();
    return Palinode.run(new PrintWriter(out, true), new PrintWriter(out, true), args);
  }

  @Test
  void soundRepository_hasNothingToFix() {
    assertThat(run(git.bare.toString())).as(out.toString()).isZero();
    assertThat(out.toString())
        .contains("main is at " + git.bad.substring(0, 12), "0 of 2, all proven", "nothing to fix");
    assertThat(out.toString().lines().count()).isLessThan(24);
  }

  @Test
  void probe_leavesNothingBehind() {
    assertThat(run(git.bare.toString(), "--probe")).as(out.toString()).isZero();
    assertThat(out.toString()).contains("a scratch branch was pushed and deleted");
    assertThat(GitDeployment.git(git.bare, "for-each-ref", "--format=%(refname)"))
        .isEqualTo("refs/heads/main\n");
  }

  @Test
  void refusingServer_isToldInItsWords() throws IOException {
    Path hook = git.bare.resolve("hooks/pre-receive");
    Files.writeString(hook, "#!/bin/sh\necho 'bots only on Monday'; exit 1\n");
    assertThat(hook.toFile().setExecutable(true)).isTrue();
    assertThat(run(git.bare.toString(), "--probe")).isEqualTo(1);
    assertThat(out.toString()).contains("FIX   push", "bots only on Monday");
  }

  @Test
  void absentBranchOrServer_isToBeFixed() {
    assertThat(run(git.bare.toString(), "--branch", "nope")).isEqualTo(1);
    assertThat(out.toString()).contains("no such branch");
    assertThat(run("http://127.0.0.1:1/deploy.git")).isEqualTo(1);
    assertThat(out.toString()).contains("cannot reach 127.0.0.1:1");
    assertThat(run("ext::sh -c evil")).isEqualTo(1);
  }

  @Test
  void unusableKey_isToBeFixedWithoutShowingIt() throws IOException {
    Path key =
        Files.writeString(dir.resolve("key"), "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n");
    assertThat(run(git.bare.toString(), "--signing-key", key.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("FIX   keys", "cannot be read").doesNotContain("c2VjcmV0");
    assertThat(run(git.bare.toString(), "--token-file", dir.resolve("none").toString()))
        .isEqualTo(1);
  }

  @Test
  void unusableWay_isToBeFixed() throws IOException {
    Path garbage = Files.writeString(dir.resolve("ca"), "c2VjcmV0\n");
    assertThat(run(git.bare.toString(), "--ca-file", garbage.toString())).isEqualTo(1);
    assertThat(out.toString())
        .contains("FIX   keys", "--ca-file holds no certificate")
        .doesNotContain("c2VjcmV0");
    assertThat(run(git.bare.toString(), "--client-key", garbage.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("--client-cert is missing");
    assertThat(run(git.bare.toString(), "--proxy", "http://bot:c2VjcmV0@proxy:3128")).isEqualTo(1);
    assertThat(out.toString()).contains("--proxy must be").doesNotContain("c2VjcmV0");
  }

  @Test
  void proxy_isTakenForUrls() {
    assertThat(run("http://git.example.invalid/deploy.git", "--proxy", "http://127.0.0.1:1"))
        .isEqualTo(1);
    assertThat(out.toString())
        .contains("the proxy 127.0.0.1:1", "Connection refused")
        .doesNotContain("UnknownHost");
  }

  @Test
  void fighters_areNamed() {
    git.release(
        "marked",
        GitDeployment.deployment("2.4.1") + "# {\"$imagepolicy\": \"flux-system:checkout\"}\n");
    git.write("x", "1");
    GitDeployment.git(git.work, "add", "-A");
    GitDeployment.git(
        git.work, "commit", "-qm", "bump", "--author=renovate[bot] <bot@renovate.example.com>");
    GitDeployment.git(git.work, "push", "-q", "origin", "HEAD:main");
    assertThat(run(git.bare.toString())).isZero();
    assertThat(out.toString()).contains("renovate[bot]", GitDeployment.FILE, "ImagePolicy");
  }

  @Test
  void forgedCommit_isToBeFixed() {
    git.release(
        "x\n\nRollback-Intent: intent-0001\nRollback-Good: x", GitDeployment.deployment("3"));
    assertThat(run(git.bare.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("1 pass for ours and are not");
  }
}
