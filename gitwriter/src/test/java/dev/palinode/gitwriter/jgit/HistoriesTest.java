package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Seeded lives of a few intents among rivals, crashes, cuts, force pushes and lost mirrors.
 * Whatever happens, each settles, there is at most one commit for each, no rival loses a byte, the
 * line stays a line, and git's own fsck is content. Which intents share a push is up to the
 * threads. Another run: {@code -Dgit.histories=10000 -Dgit.seed=7}.
 */
class HistoriesTest {
  private static final int MAX_ROUNDS = 25;

  private enum Event {
    Nothing,
    RivalElsewhere,
    RivalReverts,
    RivalMovesOn,
    LostBefore,
    LostAfter,
    KilledBefore,
    KilledAfter,
    MirrorGone,
    ForcedAway
  }

  @TempDir Path dir;
  private final Map<Event, Integer> hits = new EnumMap<>(Event.class);
  private final Map<String, Integer> ends = new TreeMap<>();

  @Test
  void everyHistory_settlesWithAtMostOneCommitForEachIntent() throws IOException {
    int histories = Integer.getInteger("git.histories", 200);
    long first = Long.getLong("git.seed", 1L);
    for (long seed = first; seed < first + histories; seed++) {
      Path place = dir.resolve("life-" + seed);
      assertThat(place.toFile().mkdir()).isTrue();
      try {
        new Life(seed, place).run();
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
      Mirror.delete(place);
    }
    System.out.println("git histories: " + histories + ", events " + hits + ", ends " + ends);
    if (histories >= 200) {
      assertThat(hits).containsOnlyKeys(Event.values());
    }
  }

  private final class Life {
    private final Random random;
    private final Path place;
    private final BareRepo repo;
    private final Fleet fleet;
    private final Map<String, String> rivals = new TreeMap<>();
    private boolean forced;
    private int starts;
    private Path store;

    Life(long seed, Path place) {
      this.random = new Random(seed);
      this.place = place;
      this.repo = BareRepo.createInProcess(place);
      this.fleet = Fleet.release(repo, repo.url(), 1 + random.nextInt(4));
      this.store = place.resolve("store");
    }

    void run() throws IOException {
      Map<Integer, WriteOutcome> settled = new TreeMap<>();
      for (int round = 0; round < MAX_ROUNDS && settled.size() < fleet.size(); round++) {
        List<Integer> open = new ArrayList<>();
        for (int app = 0; app < fleet.size(); app++) {
          if (!settled.containsKey(app)) {
            open.add(app);
          }
        }
        submit(open, events())
            .forEach((app, outcome) -> {
              if (isSettled(outcome)) {
                settled.put(app, outcome);
              }
            });
      }
      assertThat(settled).hasSize(fleet.size());
      settled.values().forEach(o -> ends.merge(kind(o), 1, Integer::sum));
      check(settled);
      submit(List.copyOf(settled.keySet()), List.of());
      check(settled);
      repo.fsck();
    }

    private List<Event> events() {
      return random
          .ints(random.nextInt(4), 0, Event.values().length)
          .mapToObj(i -> Event.values()[i])
          .toList();
    }

    private Map<Integer, WriteOutcome> submit(List<Integer> apps, List<Event> events) {
      RemoteSpy remote = new RemoteSpy();
      long luck = random.nextLong();
      for (Event event : events) {
        remote.beforePush(() -> happen(event, remote, new Random(luck)));
      }
      if (random.nextBoolean()) {
        store = place.resolve("store-" + starts);
      }
      Map<Integer, WriteOutcome> outcomes = new HashMap<>();
      try (JGitWriter writer = writer(remote);
          var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        Map<Integer, Future<WriteOutcome>> running = new TreeMap<>();
        apps.forEach(
            app -> running.put(app, threads.submit(() -> writer.submit(fleet.intent(app)))));
        running.forEach((app, answer) -> outcomes.put(app, of(answer)));
      }
      // Nobody hears what a killed process had already been answered.
      return outcomes.containsValue(null) ? Map.of() : outcomes;
    }

    private static @Nullable WriteOutcome of(Future<WriteOutcome> answer) {
      try {
        return answer.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RemoteSpy.Killed) {
          return null;
        }
        throw new AssertionError(e.getCause());
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    private JGitWriter writer(RemoteSpy remote) {
      JGitWriter.Settings usual = LocalRepoCase.settings(store, 12);
      return new JGitWriter(
          new JGitWriter.Settings(
              store,
              "t" + starts++,
              usual.tries(),
              usual.patience(),
              usual.firstWait(),
              usual.longestWait(),
              usual.stall(),
              usual.transfer()),
          _ -> Observed.known(Credentials.none()),
          () -> Shop.ASKED,
          GitWriterListener.SILENT,
          remote);
    }

    private void happen(Event event, RemoteSpy remote, Random luck) {
      hits.merge(event, 1, Integer::sum);
      int app = luck.nextInt(fleet.size());
      switch (event) {
        case Nothing -> {}
        case RivalElsewhere -> rival("docs/" + rivals.size() + ".md", "n" + rivals.size() + "\n");
        case RivalReverts -> rival(Fleet.file(app), Fleet.manifest(app, "1.0"));
        case RivalMovesOn -> rival(Fleet.file(app), Fleet.manifest(app, "1.2"));
        case LostBefore -> remote.unsent++;
        case LostAfter -> remote.lostAnswers++;
        case KilledBefore -> throw new RemoteSpy.Killed();
        case KilledAfter -> remote.dieAfterPush = true;
        case MirrorGone -> Mirror.delete(store);
        case ForcedAway -> {
          repo.force(fleet.good());
          forced = true;
          rivals.clear();
          rival("docs/forced.md", "forced\n");
        }
      }
    }

    private void rival(String file, String text) {
      repo.commit("rival", Map.of(file, text));
      rivals.put(file, text);
    }

    private void check(Map<Integer, WriteOutcome> settled) throws IOException {
      try (Repository db = repo.open();
          RevWalk walk = new RevWalk(db)) {
        RevCommit tip = walk.parseCommit(db.resolve("refs/heads/main"));
        List<String> carried = new ArrayList<>();
        List<String> line = new ArrayList<>();
        walk.markStart(tip);
        for (RevCommit commit : walk) {
          assertThat(commit.getParentCount()).isLessThanOrEqualTo(1);
          carried.addAll(commit.getFooterLines("Rollback-Intent"));
          line.add(commit.name());
        }
        assertThat(carried).doesNotHaveDuplicates();
        for (var rival : rivals.entrySet()) {
          assertThat(text(db, tip, rival.getKey())).isEqualTo(rival.getValue());
        }
        for (var end : settled.entrySet()) {
          if (end.getValue() instanceof WriteOutcome.Committed(var commit, _, _)) {
            RevCommit ours = walk.parseCommit(ObjectId.fromString(commit));
            String file = Fleet.file(end.getKey());
            assertThat(text(db, ours, file)).isEqualTo(Fleet.manifest(end.getKey(), "1.0"));
            assertThat(forced || line.contains(commit)).isTrue();
          }
        }
      }
    }

    private static String text(Repository db, RevCommit commit, String file) throws IOException {
      try (TreeWalk walk = TreeWalk.forPath(db, file, commit.getTree())) {
        assertThat(walk).as(file).isNotNull();
        return new String(db.open(walk.getObjectId(0)).getBytes(), StandardCharsets.UTF_8);
      }
    }

    private static String kind(WriteOutcome outcome) {
      return outcome.toString().replaceAll("\\[(reason=\\w+)?.*", " $1").strip();
    }

    private static boolean isSettled(WriteOutcome outcome) {
      return switch (outcome) {
        case WriteOutcome.Unreachable _, WriteOutcome.Contended _ -> false;
        case WriteOutcome.Committed _,
            WriteOutcome.AlreadyThere _,
            WriteOutcome.Superseded _,
            WriteOutcome.Blocked _,
            WriteOutcome.Refused _ ->
            true;
      };
    }
  }
}
