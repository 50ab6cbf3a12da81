package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.WriteOutcome.Blocked;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A good release and a bad one after it in a local bare repository, and a writer before it. */
abstract class LocalRepoCase {
  @TempDir Path dir;
  final RemoteSpy remote = new RemoteSpy();
  BareRepo repo;
  JGitWriter writer;
  Shop.Wish wish;
  String good;
  String bad;
  private int starts;

  @BeforeEach
  void releaseGoodThenBad() {
    repo = BareRepo.create(dir);
    good = repo.commit("checkout 2.4.0", Shop.good());
    bad = repo.commit("checkout 2.4.1", Shop.bad());
    wish = Shop.wish(repo.url()).revisions(bad, good);
    writer = start();
  }

  @AfterEach
  void nothingIsBroken() {
    writer.close();
    repo.fsck();
  }

  JGitWriter start() {
    return new JGitWriter(
        settings(dir.resolve("store" + starts++), 20),
        _ -> Observed.known(Credentials.none()),
        () -> Shop.ASKED,
        GitWriterListener.SILENT,
        remote);
  }

  static JGitWriter.Settings settings(Path store, int tries) {
    Duration tick = Duration.ofMillis(2);
    Duration patience = Duration.ofSeconds(60);
    return new JGitWriter.Settings(store, "t", tries, patience, tick, tick, patience, patience);
  }

  WriteOutcome submit(Shop.Wish wish) {
    return writer.submit(wish.intent());
  }

  void assertBlocked(WriteOutcome outcome, BlockReason reason, String... words) {
    assertThat(outcome).isInstanceOf(Blocked.class);
    assertThat(((Blocked) outcome).reason()).as(outcome.toString()).isEqualTo(reason);
    for (String word : words) {
      assertThat(((Blocked) outcome).message()).contains(word);
    }
    assertThat(repo.reverts()).isZero();
  }
}
