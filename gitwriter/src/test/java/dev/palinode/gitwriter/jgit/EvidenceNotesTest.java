package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Observed;
import dev.palinode.crds.RevertSpec;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome.Committed;
import dev.palinode.gitwriter.plan.EvidenceLine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class EvidenceNotesTest extends LocalRepoCase {
  private JGitEvidenceNotes notes(Executor aside) {
    return new JGitEvidenceNotes(
        settings(dir.resolve("notes"), 3), _ -> Observed.known(Credentials.none()), aside);
  }

  private String read(String commit) {
    return repo.git("notes", "--ref=rollback-evidence", "show", commit);
  }

  @Test
  void note_isReadByGitBesideTheCommit() {
    String commit = ((Committed) submit(wish)).commit();
    try (JGitEvidenceNotes notes = notes(Runnable::run)) {
      notes.attach(wish.intent(), commit);
    }

    assertThat(read(commit))
        .isEqualTo(
            """
            {"intent":"7f9c2d41aa","cluster":"prod-eu","target":"shop/Deployment/checkout",\
            "at":"%s","verdict":"Fail","metric":"errors","observed":"4.8%%","limit":"0.6%%",\
            "step":1,"weight":5.0,"requests":1840,"failed":"%s","good":"%s"}
            """
                .formatted(Shop.ASKED, bad, good));
    assertThat(repo.tip()).as("the branch was there first").isEqualTo(commit);
  }

  @Test
  void repeatedNote_isWrittenOnce() {
    try (JGitEvidenceNotes notes = notes(Runnable::run)) {
      notes.attach(wish.intent(), good);
      String first = repo.git("rev-parse", NotesPush.REF);
      notes.attach(wish.intent(), good);
      assertThat(repo.git("rev-parse", NotesPush.REF)).isEqualTo(first);
    }
    assertThat(read(good).lines()).hasSize(1);
  }

  @Test
  void notesOfOthers_stay() {
    repo.git(
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@x",
        "notes",
        "--ref=rollback-evidence",
        "add",
        "-m",
        "by hand",
        good);
    try (JGitEvidenceNotes notes = notes(Runnable::run)) {
      notes.attach(wish.intent(), good);
      notes.attach(wish.id("intent-0002").intent(), bad);
    }

    assertThat(read(good).lines()).contains("by hand", EvidenceLine.of(wish.intent())).hasSize(2);
    assertThat(read(bad)).contains("intent-0002");
  }

  @Test
  void rivalBetweenReadingAndWriting_costsATry() {
    repo.hook(
        "pre-receive",
        """
        [ -f raced ] && exit 0
        touch raced
        unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
        git -c user.name=x -c user.email=x@x notes --ref=rollback-evidence add -m rival %s
        """
            .formatted(bad));
    try (JGitEvidenceNotes notes = notes(Runnable::run)) {
      notes.attach(wish.intent(), good);
    }

    assertThat(read(good).strip()).isEqualTo(EvidenceLine.of(wish.intent()));
    assertThat(read(bad).strip()).isEqualTo("rival");
  }

  @Test
  void refusedNotes_areNobodysTrouble() {
    repo.hook("pre-receive", "echo no notes here >&2; exit 1\n");
    try (JGitEvidenceNotes notes = notes(Runnable::run)) {
      notes.attach(wish.intent(), good);
      notes.attach(wish.intent(), "no commit");
    }
    assertThat(repo.git("for-each-ref", "refs/notes")).isEmpty();
  }

  @Test
  void notesThatWaitTogether_goOutTogether() {
    List<Runnable> later = new ArrayList<>();
    try (JGitEvidenceNotes notes = notes(later::add)) {
      for (int i = 0; i < 50; i++) {
        notes.attach(wish.id("intent-" + (1000 + i)).intent(), i % 2 == 0 ? good : bad);
      }
      assertThat(later).hasSize(1);
      later.getFirst().run();
      notes.attach(wish.id("intent-2000").intent(), good);
      assertThat(later).as("work begins anew").hasSize(2);
    }

    assertThat(read(good).lines()).hasSize(25);
    assertThat(read(bad).lines()).hasSize(25);
    assertThat(repo.git("rev-list", "--count", NotesPush.REF).strip()).isEqualTo("1");
  }

  @Test
  void hostileReason_staysOneLine() {
    RevertSpec.Reason reason =
        new RevertSpec.Reason(
            "a\n{\"intent\":\"forged\"}", null, null, null, null, null, "\u0000\"");

    assertThat(EvidenceLine.of(wish.reason(reason).intent()).lines()).hasSize(1);
    assertThat(EvidenceLine.of(wish.reason(reason).intent()))
        .contains("\"metric\":\"a {\\\"intent\\\":\\\"forged\\\"}\"")
        .doesNotContain("\u0000");
  }
}
