package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.WriteOutcome.Committed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.eclipse.jgit.errors.TransportException;
import org.junit.jupiter.api.Test;

/** Scenario 22: whatever happens to the mirror, it is fetched anew and no intent is lost. */
class SelfRepairTest extends LocalRepoCase {
  private final AtomicInteger rebuilds = new AtomicInteger();

  @Override
  JGitWriter start() {
    return new JGitWriter(
        settings(dir.resolve("store"), 20),
        _ -> Observed.known(Credentials.none()),
        () -> Shop.ASKED,
        new GitWriterListener() {
          @Override
          public void rebuilt(Repository repository) {
            rebuilds.incrementAndGet();
          }
        },
        remote);
  }

  private List<Path> files(Predicate<Path> which) {
    try (Stream<Path> all = Files.walk(dir.resolve("store"))) {
      return all.filter(Files::isRegularFile).filter(which).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void damage(Predicate<Path> which, byte[] content) {
    List<Path> files = files(which);
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      assertThat(file.toFile().setWritable(true)).isTrue();
      try {
        Files.write(file, content);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void warm() {
    assertThat(writer.tipOf(wish.intent().repository())).isEqualTo(Observed.known(bad));
  }

  @Test
  void scenario22_indexOfAPackIsGarbage_isFetchedAnew() {
    warm();
    damage(f -> f.toString().endsWith(".idx"), new byte[200]);

    assertThat(submit(wish)).isInstanceOf(Committed.class);
  }

  @Test
  void scenario22_packIsCutShort_isFetchedAnew() {
    warm();
    damage(f -> f.toString().endsWith(".pack"), new byte[] {'P', 'A', 'C', 'K'});

    assertThat(submit(wish)).isInstanceOf(Committed.class);
  }

  @Test
  void scenario22_everyByteIsZero_isFetchedAnew() {
    warm();
    damage(f -> f.toString().contains("/objects/"), new byte[64]);

    assertThat(submit(wish)).isInstanceOf(Committed.class);
    assertThat(rebuilds).hasPositiveValue();
  }

  @Test
  void scenario22_staleLockOnTheTrackedBranch_isFetchedAnew() throws IOException {
    warm();
    Path mirror;
    try (Stream<Path> all = Files.list(dir.resolve("store"))) {
      mirror = all.findFirst().orElseThrow();
    }
    Path lock = mirror.resolve("refs/remotes/origin/main.lock");
    Files.createDirectories(lock.getParent());
    Files.createFile(lock);
    repo.commit("docs", Map.of("README.md", "newer\n"));

    assertThat(submit(wish)).isInstanceOf(Committed.class);
    assertThat(rebuilds).hasValue(1);
  }

  @Test
  void scenario22_diskFullOnce_isFetchedAnew() {
    remote.onFetch(() -> {
      throw new TransportException("x", new IOException("No space left on device"));
    });

    assertThat(submit(wish)).isInstanceOf(Committed.class);
    assertThat(rebuilds).hasValue(1);
  }

  @Test
  void scenario22_diskStaysFull_isSaidAndTheIntentCanBeSentAgain() {
    for (int i = 0; i < 2; i++) {
      remote.onFetch(() -> {
        throw new IOException("No space left on device");
      });
    }

    assertBlocked(submit(wish), BlockReason.StoreBroken, "No space left on device");
    assertThat(submit(wish)).isInstanceOf(Committed.class);
  }

  @Test
  void manyWrites_leaveFewPacksAndEveryObjectReadable() {
    Fleet fleet = Fleet.release(repo, repo.url(), 60);
    for (int app = 0; app < 60; app++) {
      repo.commit("rival " + app, Map.of("docs/" + app + ".md", app + "\n"));
      WriteOutcome outcome = writer.submit(fleet.intent(app));
      assertThat(outcome).as("write %d", app).isInstanceOf(Committed.class);
    }
    assertThat(files(f -> f.toString().endsWith(".pack"))).hasSizeLessThan(50);
    assertThat(rebuilds).hasValue(0);
    assertThat(fleet.carried()).hasSize(60);
  }
}
