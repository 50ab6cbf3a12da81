package dev.palinode.gitwriter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Observed;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every writer does, the fake one included. */
public abstract class GitWriterContract {
  protected abstract GitWriter writer();

  protected abstract GitHistory history();

  protected abstract String url();

  protected abstract String commit(String message, Map<String, String> files);

  protected abstract void reachable(boolean now);

  protected abstract int commits();

  /** A file at the tip. */
  protected abstract String text(String file);

  private Shop.Wish release() {
    String good = commit("good", Shop.good());
    return Shop.wish(url()).revisions(commit("bad", Shop.bad()), good);
  }

  @Test
  void intent_isCommittedOnceHoweverOftenItIsSubmitted() {
    Intent intent = release().intent();

    var first = (WriteOutcome.Committed) writer().submit(intent);

    assertThat(first.files()).containsExactly(Shop.DEPLOYMENT);
    assertThat(writer().submit(intent)).isEqualTo(new WriteOutcome.AlreadyThere(first.commit()));
    assertThat(commits()).isEqualTo(3);
    assertThat(history().tipOf(intent.repository())).isEqualTo(Observed.known(first.commit()));
  }

  @Test
  void unreachableBranch_isWrittenToAfterItsReturn() {
    Intent intent = release().intent();
    reachable(false);
    assertThat(writer().submit(intent)).isNotInstanceOf(WriteOutcome.Committed.class);
    assertThat(history().tipOf(intent.repository())).isInstanceOf(Observed.Unreadable.class);
    reachable(true);
    assertThat(writer().submit(intent)).isInstanceOf(WriteOutcome.Committed.class);
  }

  @Test
  void ownRevertOfAPerson_isSuperseded() {
    Intent intent = release().intent();
    commit("by hand", Map.of(Shop.DEPLOYMENT, Shop.deployment(Shop.GOOD_IMAGE)));

    assertThat(writer().submit(intent)).isInstanceOf(WriteOutcome.Superseded.class);
    assertThat(commits()).isEqualTo(3);
  }

  @Test
  void newerRelease_isSuperseded() {
    Intent intent = release().intent();
    commit("2.4.2", Map.of(Shop.DEPLOYMENT, Shop.deployment("registry/checkout:2.4.2")));

    assertThat(writer().submit(intent)).isInstanceOf(WriteOutcome.Superseded.class);
  }

  @Test
  void laterChangeElsewhereInTheFile_isKept() {
    Intent intent = release().intent();
    commit("scale", Map.of(Shop.DEPLOYMENT, Shop.deployment(Shop.BAD_IMAGE) + "# more\n"));

    assertThat(writer().submit(intent)).isInstanceOf(WriteOutcome.Committed.class);
    assertThat(text(Shop.DEPLOYMENT)).isEqualTo(Shop.deployment(Shop.GOOD_IMAGE) + "# more\n");
  }

  @Test
  void laterChangeOfTheSameLines_isBlocked() {
    commit("good", Shop.good());
    String good = commit("good", Map.of("README.md", "1\n"));
    String slow = Shop.deployment(Shop.BAD_IMAGE).replace("  paused", "  slow: 1\n  paused");
    String bad = commit("bad", Map.of(Shop.DEPLOYMENT, slow));
    commit("later", Map.of(Shop.DEPLOYMENT, slow.replace("slow: 1", "slow: 9")));

    assertThat(writer().submit(Shop.wish(url()).revisions(bad, good).intent()))
        .asString()
        .contains("FileChanged", "added or removed /spec/slow");
  }

  @Test
  void noGrant_isBlocked() {
    assertThat(writer().submit(release().grants().intent())).asString().contains("NotGranted");
  }

  @Test
  void imagesAlone_areEnoughToFindTheWay() {
    Shop.Wish wish = release();
    assertThat(
            history()
                .revisionOf(
                    wish.intent().repository(),
                    Shop.PATH,
                    Shop.object(),
                    Map.of("checkout", Shop.BAD_IMAGE)))
        .isEqualTo(Observed.known(wish.intent().failed().revision()));
    assertThat(writer().submit(wish.revisions(null, null).intent()))
        .isInstanceOf(WriteOutcome.Committed.class);
  }
}
