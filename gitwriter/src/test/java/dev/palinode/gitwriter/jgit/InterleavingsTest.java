package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Seeded lives of one intent among rivals, crashes and cuts. Whatever happens, it settles, there is
 * at most one commit of ours, and no rival loses a byte. Another run: {@code -Dgit.histories=1000
 * -Dgit.seed=7}.
 */
class InterleavingsTest {
  private enum Event {
    Nothing,
    RivalElsewhere,
    RivalConfig,
    RivalReverts,
    RivalMovesOn,
    LostBefore,
    LostAfter,
    KilledBefore,
    KilledAfter,
    ForcedAway
  }

  @TempDir Path dir;
  private final Map<Event, Integer> hits = new EnumMap<>(Event.class);
  private final Map<String, Integer> ends = new TreeMap<>();

  @Test
  void everyHistory_settlesWithAtMostOneCommit() {
    int histories = Integer.getInteger("git.histories", 40);
    long first = Long.getLong("git.seed", 1L);
    for (long seed = first; seed < first + histories; seed++) {
      try {
        new Life(seed).run();
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
    System.out.println("git histories: " + histories + ", events " + hits + ", ends " + ends);
    if (histories >= 40) {
      assertThat(hits).containsOnlyKeys(Event.values());
    }
  }

  private final class Life {
    private final Random random;
    private final BareRepo repo = BareRepo.create(dir);
    private final Map<String, String> rivals = new TreeMap<>();
    private final long seed;
    private final String good;
    private int starts;

    Life(long seed) {
      this.seed = seed;
      random = new Random(seed);
      good = repo.commit("good", Shop.good());
    }

    void run() {
      String bad = repo.commit("bad", Shop.bad());
      boolean told = random.nextInt(4) > 0;
      Shop.Wish wish = Shop.wish(repo.url()).revisions(told ? bad : null, told ? good : null);
      WriteOutcome outcome = null;
      for (int i = 0; i < 12 && !isSettled(outcome); i++) {
        outcome = submit(wish);
      }
      ends.merge(
          String.valueOf(outcome).replaceAll("\\[(reason=\\w+)?.*", " $1").strip(),
          1,
          Integer::sum);
      assertThat(isSettled(outcome)).as("settled: %s", outcome).isTrue();
      assertThat(repo.reverts()).isLessThanOrEqualTo(1);
      rivals.forEach((file, text) -> assertThat(repo.text(file)).isEqualTo(text));
      if (outcome instanceof WriteOutcome.Committed(var commit, _, _)) {
        assertThat(repo.git("cat-file", "blob", commit + ":" + Shop.DEPLOYMENT))
            .isEqualTo(Shop.deployment(Shop.GOOD_IMAGE));
      }
      try (JGitWriter again = writer(new RemoteSpy())) {
        again.submit(wish.intent());
      }
      assertThat(repo.reverts()).isLessThanOrEqualTo(1);
      repo.fsck();
    }

    private static boolean isSettled(@Nullable WriteOutcome outcome) {
      return switch (outcome) {
        case null -> false;
        case WriteOutcome.Unreachable _, WriteOutcome.Contended _ -> false;
        case WriteOutcome.Committed _,
            WriteOutcome.AlreadyThere _,
            WriteOutcome.Superseded _,
            WriteOutcome.Blocked _,
            WriteOutcome.Refused _ ->
            true;
      };
    }

    private @Nullable WriteOutcome submit(Shop.Wish wish) {
      RemoteSpy remote = new RemoteSpy();
      for (int i = random.nextInt(4); i >= 0; i--) {
        remote.beforePush(() -> happen(remote));
      }
      try (JGitWriter writer = writer(remote)) {
        return writer.submit(wish.intent());
      } catch (RemoteSpy.Killed e) {
        return null;
      }
    }

    private JGitWriter writer(RemoteSpy remote) {
      return new JGitWriter(
          LocalRepoCase.settings(dir.resolve("store-" + seed + "-" + starts++), 6),
          _ -> Observed.known(Credentials.none()),
          () -> Shop.ASKED,
          GitWriterListener.SILENT,
          remote);
    }

    private void happen(RemoteSpy remote) {
      Event event = Event.values()[random.nextInt(Event.values().length)];
      hits.merge(event, 1, Integer::sum);
      switch (event) {
        case Nothing -> {}
        case RivalElsewhere -> rival("docs/" + rivals.size() + ".md", "n" + rivals.size() + "\n");
        case RivalConfig -> rival(Shop.CONFIG, Shop.config(random.nextInt(90) + "s"));
        case RivalReverts ->
            repo.commit("by hand", Map.of(Shop.DEPLOYMENT, Shop.deployment(Shop.GOOD_IMAGE)));
        case RivalMovesOn -> rival(Shop.DEPLOYMENT, Shop.deployment("registry/checkout:3"));
        case LostBefore -> remote.unsent++;
        case LostAfter -> remote.lostAnswers++;
        case KilledBefore -> throw new RemoteSpy.Killed();
        case KilledAfter -> remote.dieAfterPush = true;
        case ForcedAway -> {
          repo.reset(good);
          rivals.clear();
          rival("docs/forced.md", "forced\n");
        }
      }
    }

    private void rival(String file, String text) {
      repo.commit("rival", Map.of(file, text));
      rivals.put(file, text);
    }
  }
}
