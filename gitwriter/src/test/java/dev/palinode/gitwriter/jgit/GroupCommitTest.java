package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.WriteOutcome.AlreadyThere;
import dev.palinode.gitwriter.WriteOutcome.Committed;
import dev.palinode.gitwriter.WriteOutcome.Contended;
import dev.palinode.gitwriter.WriteOutcome.Refused;
import dev.palinode.gitwriter.WriteOutcome.Superseded;
import dev.palinode.gitwriter.WriteOutcome.Unreachable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many intents on one branch: what waits together goes out together, and nobody blocks others. */
class GroupCommitTest {
  @TempDir Path dir;
  private final RemoteSpy remote = new RemoteSpy();
  private final List<Integer> landed = new CopyOnWriteArrayList<>();
  private BareRepo repo;
  private JGitWriter writer;

  @BeforeEach
  void start() {
    repo = BareRepo.create(dir);
    writer = writer("store", Duration.ofMinutes(10));
  }

  @AfterEach
  void stop() {
    writer.close();
    repo.fsck();
  }

  private JGitWriter writer(String store, Duration patience) {
    Duration tick = Duration.ofMillis(2);
    Duration stall = Duration.ofSeconds(60);
    return new JGitWriter(
        new JGitWriter.Settings(dir.resolve(store), "t", 60, patience, tick, tick, stall, stall),
        _ -> Observed.known(Credentials.none()),
        () -> Shop.ASKED,
        new GitWriterListener() {
          @Override
          public void pushed(Repository to, PushAnswer answer, int commits, Duration took) {
            if (answer == PushAnswer.Landed) {
              landed.add(commits);
            }
          }
        },
        remote);
  }

  @Test
  void scenario09_burstWithRivals_isOneCommitEachInFewPushesOnALine() {
    Fleet fleet = Fleet.release(repo, repo.url(), 120);
    for (int i = 0; i < 6; i++) {
      String rival = "docs/" + i + ".md";
      remote.beforePush(() -> repo.commit("rival", Map.of(rival, rival)));
    }

    List<WriteOutcome> outcomes = Fleet.allAtOnce(writer, fleet.intents());

    assertThat(outcomes).allMatch(Committed.class::isInstance);
    assertThat(fleet.carried()).hasSize(120).doesNotHaveDuplicates();
    assertThat(fleet.isLinear()).isTrue();
    assertThat(repo.count()).isEqualTo(2 + 120 + 6);
    assertThat(landed.stream().mapToInt(i -> i).sum()).isEqualTo(120);
    assertThat(landed).hasSizeLessThan(40);
    assertThat(repo.text(Fleet.file(119))).isEqualTo(Fleet.manifest(119, "1.0"));
    assertThat(repo.text("docs/5.md")).isEqualTo("docs/5.md");
  }

  @Test
  void burst_sendsFoldersAsDeltas() throws IOException {
    Fleet fleet = Fleet.release(repo, repo.url(), 200);
    long before = packBytes();

    assertThat(Fleet.allAtOnce(writer, fleet.intents())).allMatch(Committed.class::isInstance);

    // The folder of 200 apps alone has 6,000 bytes in every commit.
    assertThat(packBytes() - before).isLessThan(200 * 2_000);
  }

  private long packBytes() throws IOException {
    long bytes = 0;
    try (Stream<Path> packs = Files.walk(repo.dir.resolve("objects"))) {
      for (Path pack : packs.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(pack);
      }
    }
    return bytes;
  }

  @Test
  void whatQueuesBehindAPush_goesOutTogether() throws Exception {
    Fleet fleet = Fleet.release(repo, repo.url(), 30);
    CountDownLatch pushing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    remote.beforePush(() -> {
      pushing.countDown();
      awaitQuietly(go);
    });
    CompletableFuture<WriteOutcome> first =
        CompletableFuture.supplyAsync(() -> writer.submit(fleet.intent(0)));
    assertThat(pushing.await(60, TimeUnit.SECONDS)).isTrue();
    List<CompletableFuture<WriteOutcome>> others = new ArrayList<>();
    CountDownLatch submitting = new CountDownLatch(29);
    for (Intent intent : fleet.intents().subList(1, 30)) {
      CompletableFuture<WriteOutcome> answer = new CompletableFuture<>();
      others.add(answer);
      Thread.ofVirtual()
          .start(() -> {
            submitting.countDown();
            answer.complete(writer.submit(intent));
          });
    }
    assertThat(submitting.await(60, TimeUnit.SECONDS)).isTrue();
    go.countDown();

    assertThat(first.get()).isInstanceOf(Committed.class);
    for (var other : others) {
      assertThat(other.get()).isInstanceOf(Committed.class);
    }
    assertThat(fleet.carried()).hasSize(30);
    assertThat(landed.getFirst()).isEqualTo(1);
    assertThat(landed).hasSizeLessThan(10);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      if (!latch.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("nobody said go");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void scenario14_onePathRefusedByAHook_theOthersLand() {
    Fleet fleet = Fleet.release(repo, repo.url(), 16);
    repo.hook(
        "update",
        "git diff --name-only $2 $3 | grep -q '%s' && { echo 'path is frozen, not allowed'; exit 1; }; exit 0\n"
            .formatted(Fleet.name(5)));

    List<WriteOutcome> outcomes = Fleet.allAtOnce(writer, fleet.intents());

    for (int app = 0; app < 16; app++) {
      assertThat(outcomes.get(app))
          .as("app %d", app)
          .isInstanceOf(app == 5 ? Refused.class : Committed.class);
    }
    assertThat(outcomes.get(5)).asString().contains("path is frozen");
    assertThat(fleet.carried()).hasSize(15).doesNotContain(Fleet.id(5));
    assertThat(repo.text(Fleet.file(5))).isEqualTo(Fleet.manifest(5, "1.1"));
  }

  @Test
  void scenario13_branchIsProtected_everybodyIsToldWithoutAStorm() {
    Fleet fleet = Fleet.release(repo, repo.url(), 64);
    repo.hook("pre-receive", "echo 'GH006: Protected branch update failed' >&2; exit 1\n");

    List<WriteOutcome> outcomes = Fleet.allAtOnce(writer, fleet.intents());

    assertThat(outcomes)
        .allMatch(Refused.class::isInstance)
        .allMatch(o -> o.toString().contains("GH006: Protected branch update failed"));
    assertThat(remote.pushes).isLessThanOrEqualTo(24);
    assertThat(repo.count()).isEqualTo(2);
  }

  @Test
  void twoIntentsForOneApp_theLaterOneIsCarriedOut() throws Exception {
    Fleet fleet = Fleet.release(repo, repo.url(), 2);
    Intent older = fleet.intent(1);
    Intent later = at(fleet.intent(1, "intent-later", 1_000), Shop.ASKED.plusSeconds(60));
    CountDownLatch pushing = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    remote.beforePush(() -> {
      pushing.countDown();
      awaitQuietly(go);
    });
    var first = CompletableFuture.supplyAsync(() -> writer.submit(fleet.intent(0)));
    assertThat(pushing.await(60, TimeUnit.SECONDS)).isTrue();
    var both = CompletableFuture.supplyAsync(() -> Fleet.allAtOnce(writer, List.of(older, later)));
    go.countDown();

    assertThat(first.get()).isInstanceOf(Committed.class);
    List<WriteOutcome> outcomes = both.get();
    assertThat(outcomes.stream().filter(Committed.class::isInstance)).hasSize(1);
    assertThat(outcomes.stream().filter(Superseded.class::isInstance)).hasSize(1);
    assertThat(fleet.carried()).hasSize(2);
  }

  private static Intent at(Intent i, java.time.Instant createdAt) {
    return new Intent(
        i.id(),
        i.cluster(),
        i.repository(),
        i.path(),
        i.files(),
        i.object(),
        i.failed(),
        i.lastGood(),
        i.reason(),
        createdAt,
        i.grants(),
        i.maxAge(),
        i.author(),
        i.budget(),
        false);
  }

  @Test
  void sameIntentManyTimesAtOnce_isOneCommit() {
    Fleet fleet = Fleet.release(repo, repo.url(), 1);

    List<WriteOutcome> outcomes =
        Fleet.allAtOnce(writer, IntStream.range(0, 20).mapToObj(_ -> fleet.intent(0)).toList());

    assertThat(outcomes)
        .allMatch(o -> o instanceof Committed || o instanceof AlreadyThere)
        .anyMatch(Committed.class::isInstance);
    assertThat(repo.count()).isEqualTo(3);
  }

  @Test
  void budgetUsedUp_isSaidAndNothingIsPushed() {
    Fleet fleet = Fleet.release(repo, repo.url(), 2);
    try (JGitWriter hasty = writer("hasty", Duration.ofSeconds(20))) {
      assertThat(hasty.submit(fleet.intent(0, Fleet.id(0), 1))).isInstanceOf(Committed.class);
      int before = remote.pushes;

      assertThat(hasty.submit(fleet.intent(1, Fleet.id(1), 1)))
          .isInstanceOf(Contended.class)
          .asString()
          .contains("1 pushes a minute");
      assertThat(remote.pushes).isEqualTo(before);
    }
  }

  @Test
  void scenario10_manyRepositoriesAndADeadRemote_onlyTheDeadOneWaits() throws Exception {
    try (ServerSocket dead = new ServerSocket(0, 100, InetAddress.getLoopbackAddress())) {
      List<Fleet> fleets = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        BareRepo one = BareRepo.create(dir);
        fleets.add(Fleet.release(one, one.url(), 5));
      }
      Fleet lost =
          new Fleet(
              repo, "http://127.0.0.1:" + dead.getLocalPort() + "/dead.git", 5, zero(), zero());
      CompletableFuture<List<WriteOutcome>> stuck =
          CompletableFuture.supplyAsync(() -> Fleet.allAtOnce(writer, lost.intents()));
      List<Intent> all = fleets.stream().flatMap(f -> f.intents().stream()).toList();

      List<WriteOutcome> outcomes = Fleet.allAtOnce(writer, all);

      assertThat(outcomes).allMatch(Committed.class::isInstance);
      assertThat(stuck).isNotDone();
      dead.close();
      assertThat(stuck.get(60, TimeUnit.SECONDS)).allMatch(Unreachable.class::isInstance);
      fleets.forEach(f -> assertThat(f.carried()).hasSize(5));
      fleets.forEach(f -> f.repo().fsck());
    }
  }

  private static String zero() {
    return "0123456789".repeat(4);
  }

  @Test
  void closing_sendsBackWhatWaitsAndLosesNothing() throws IOException {
    Fleet fleet = Fleet.release(repo, repo.url(), 10);
    writer.close();

    assertThat(Fleet.allAtOnce(writer, fleet.intents())).allMatch(Unreachable.class::isInstance);
    writer = writer("next", Duration.ofMinutes(10));
    assertThat(Fleet.allAtOnce(writer, fleet.intents())).allMatch(Committed.class::isInstance);
  }
}
