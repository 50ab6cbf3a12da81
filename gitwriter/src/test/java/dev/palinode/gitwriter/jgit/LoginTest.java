package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.CredentialSource;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome.Blocked;
import dev.palinode.gitwriter.WriteOutcome.Committed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scenario 18, the part about tokens: they end in the middle of things. */
class LoginTest {
  private static final Credentials OLD = Credentials.token("old-token", "the app's key");
  private static final Credentials NEW = Credentials.token("new-token", "the app's key");

  @TempDir Path dir;
  private HttpGit server;
  private BareRepo repo;
  private Shop.Wish wish;
  private final AtomicInteger minted = new AtomicInteger();

  @BeforeEach
  void serve() throws IOException {
    server = new HttpGit(dir);
    repo = BareRepo.create(dir);
    String good = repo.commit("checkout 2.4.0", Shop.good());
    String bad = repo.commit("checkout 2.4.1", Shop.bad());
    wish = Shop.wish(server.url(repo)).revisions(bad, good);
  }

  @AfterEach
  void stop() {
    server.close();
    repo.fsck();
  }

  /** Keeps a token until it is told that a server refused it. */
  private JGitWriter minting(Credentials afterwards) {
    return new JGitWriter(
        LocalRepoCase.settings(dir.resolve("store"), 20),
        new CredentialSource() {
          @Override
          public Observed<Credentials> forRepository(Repository repository) {
            return Observed.known(OLD);
          }

          @Override
          public Observed<Credentials> renew(Repository repository, Credentials refused) {
            minted.incrementAndGet();
            return Observed.known(afterwards);
          }
        },
        () -> Shop.ASKED);
  }

  @Test
  void scenario18_tokenEndedBeforeTheFetch_isMintedAnewOnce() {
    server.authorization = NEW.authorization().orElseThrow();
    try (JGitWriter writer = minting(NEW)) {
      assertThat(writer.submit(wish.intent())).isInstanceOf(Committed.class);
    }
    assertThat(minted).hasValue(1);
  }

  @Test
  void scenario18_tokenEndsBetweenFetchAndPush_isMintedAnewOnce() {
    server.authorization = OLD.authorization().orElseThrow();
    server.onPush = () -> server.authorization = NEW.authorization().orElseThrow();
    try (JGitWriter writer = minting(NEW)) {
      assertThat(writer.submit(wish.intent())).isInstanceOf(Committed.class);
    }
    assertThat(minted).hasValue(1);
    assertThat(repo.reverts()).isEqualTo(1);
  }

  @Test
  void scenario18_revokedForGood_isBlockedWithoutALockoutLoop() {
    server.authorization = "Basic somebody else";
    try (JGitWriter writer = minting(NEW)) {
      assertThat(writer.submit(wish.intent()))
          .isInstanceOf(Blocked.class)
          .asString()
          .contains("Credentials", "the app's key");
    }
    assertThat(minted).hasValue(1);
    assertThat(server.seenAuthorizations).hasSizeLessThanOrEqualTo(4);
  }

  @Test
  void scenario18_nothingNewToShow_isNotShownAgain() {
    server.authorization = NEW.authorization().orElseThrow();
    try (JGitWriter writer = minting(OLD)) {
      assertThat(writer.submit(wish.intent())).isInstanceOf(Blocked.class);
    }
    assertThat(server.seenAuthorizations).hasSizeLessThanOrEqualTo(2);
  }

  /** Found with a real Gitea, whose 401 to an unknown token offers no way to log in. */
  @Test
  void refusedWithoutAChallenge_isALoginRefused() {
    server.status = 401;
    try (JGitWriter writer = minting(OLD)) {
      assertThat(writer.submit(wish.intent()))
          .isInstanceOfSatisfying(
              Blocked.class, b -> assertThat(b.reason()).isEqualTo(BlockReason.Credentials));
    }
  }
}
