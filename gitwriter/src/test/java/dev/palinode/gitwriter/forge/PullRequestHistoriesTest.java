package dev.palinode.gitwriter.forge;

import static dev.palinode.gitwriter.forge.HostServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.GitTargetSpec.Merge;
import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.RestoreBranches;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.forge.PullRequest.State;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Lives of a pull request: people, rivals, bad answers, and the end of the process before or after
 * any call. However they go, one branch has one pull request, and a person's no stays a no.
 */
class PullRequestHistoriesTest {
  private static final int SEEDS = Integer.getInteger("palinode.histories", 6);
  private static HostServer server;

  /** The end of the process, as far as one thread can have it. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  @BeforeAll
  static void start() {
    server = new HostServer();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void everyLife_hasOneRequestAndOneEnd(Kind kind) {
    for (int i = 0; i < SEEDS; i++) {
      long seed = 1_000L * kind.ordinal() + i;
      Life life = new Life(kind, seed);
      try {
        life.live();
      } catch (AssertionError e) {
        throw new AssertionError("seed %d of %s: %s".formatted(seed, kind, life.story), e);
      }
    }
  }

  private static final class Life {
    private final Kind kind;
    private final Random chance;
    private final FakeHost host = new FakeHost();
    private final FakeBranches branches = new FakeBranches(host);
    private final Intent intent;
    private final List<String> story = new ArrayList<>();
    private final Merge merge;
    private Instant now = Shop.ASKED;
    private int callsLeft = Integer.MAX_VALUE;
    private boolean diesBefore;
    private int writesAtNo = -1;
    private PullRequests process;

    Life(Kind kind, long seed) {
      this.kind = kind;
      this.chance = new Random(seed);
      this.merge = chance.nextBoolean() ? Merge.WhenChecksPass : Merge.ByPerson;
      this.intent = Shop.wish(kind.url).revisions("b".repeat(40), "a".repeat(40)).intent();
      host.checks = FakeHost.Checks.Pending;
      branches.owners = "* @dana\n";
      server.play(kind.api.apply(host), kind.root);
      process = start();
    }

    private PullRequests start() {
      HttpForges real =
          new HttpForges(
              _ -> Observed.known(Credentials.token("t0ken", "a test")),
              new ForgeHttp.Timing(Duration.ofSeconds(10), Duration.ofMillis(1)),
              () -> now,
              ForgeListener.SILENT);
      return new PullRequests(
          mortal(RestoreBranches.class, branches),
          new Forges() {
            @Override
            public Found of(
                dev.palinode.gitwriter.Repository repository,
                dev.palinode.crds.GitTargetSpec.PullRequest wanted) {
              var found = (Found.Usable) real.of(repository, wanted);
              return new Found.Usable(mortal(Forge.class, found.forge()));
            }

            @Override
            public void close() {
              real.close();
            }
          });
    }

    /** Dies when the calls are used up, before the call or right after it. */
    private <T> T mortal(Class<T> type, T real) {
      return type.cast(
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (_, method, args) -> {
                boolean dies = !method.getName().equals("close") && --callsLeft == 0;
                if (dies && diesBefore) {
                  throw new Killed();
                }
                try {
                  Object answer = method.invoke(real, args);
                  if (dies) {
                    throw new Killed();
                  }
                  return answer;
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              }));
    }

    void live() {
      for (int i = 0; i < 14; i++) {
        befall();
        round();
        check();
      }
      host.checks = FakeHost.Checks.Passed;
      host.wantsTip = false;
      callsLeft = Integer.MAX_VALUE;
      process.close();
      process = start();
      PullRequestOutcome last = null;
      for (int i = 0; i < 4; i++) {
        now = now.plusSeconds(4000);
        last = process.round(intent, kind.wanted(server.url(), merge));
        story.add(last.toString());
        check();
      }
      process.close();
      atTheEnd(last);
    }

    private void befall() {
      switch (chance.nextInt(16)) {
        case 0 -> host.openOf(branch()).filter(_ -> chance.nextInt(3) == 0).ifPresent(this::no);
        case 1 ->
            host.openOf(branch())
                .filter(_ -> chance.nextInt(3) == 0)
                .ifPresent(r -> {
                  story.add("merged by a person");
                  host.merge(r);
                });
        case 2, 3 -> branches.tip++;
        case 4 -> {
          branches.tip++;
          host.wantsTip = true;
        }
        case 5 -> host.checks = FakeHost.Checks.Passed;
        case 6 -> server.fail(json(429, null).withHeader("Retry-After", "30"));
        case 7 -> server.fail(json(500, null));
        case 8 -> server.loseAnswer();
        case 9 -> {
          if (branches.base == FakeBranches.Base.Bad && chance.nextInt(4) == 0) {
            story.add("somebody moved on");
            branches.base = FakeBranches.Base.NewRelease;
          }
        }
        default -> {
          callsLeft = 1 + chance.nextInt(8);
          diesBefore = chance.nextBoolean();
        }
      }
    }

    private void no(FakeHost.Request request) {
      story.add("closed by a person");
      host.close(request);
      writesAtNo = branches.writes;
    }

    private void round() {
      now = now.plusSeconds(chance.nextInt(40));
      try {
        story.add(process.round(intent, kind.wanted(server.url(), merge)).toString());
      } catch (Killed e) {
        story.add("killed");
        process.close();
        process = start();
      }
      callsLeft = Integer.MAX_VALUE;
    }

    private String branch() {
      return PullRequests.branchOf(intent);
    }

    private void check() {
      assertThat(host.requests).as("one branch, one request").hasSizeLessThanOrEqualTo(1);
      for (FakeHost.Request request : host.requests) {
        assertThat(request.head).isEqualTo(branch());
        if (request.state == State.Merged) {
          assertThat(branches.built)
              .as("only what we built is merged")
              .contains(request.mergedHead);
        }
      }
      if (writesAtNo >= 0) {
        assertThat(host.requests.getFirst().state).isEqualTo(State.Closed);
        assertThat(branches.writes).as("nothing is pushed after a no").isEqualTo(writesAtNo);
      }
    }

    private void atTheEnd(PullRequestOutcome last) {
      boolean gone = branches.base == FakeBranches.Base.NewRelease;
      State state = host.requests.isEmpty() ? null : host.requests.getFirst().state;
      Class<?> expected =
          state == State.Merged
              ? PullRequestOutcome.Merged.class
              : gone
                  ? PullRequestOutcome.Superseded.class
                  : state == State.Closed
                      ? PullRequestOutcome.ClosedByPerson.class
                      : PullRequestOutcome.Open.class;
      assertThat(last).isInstanceOf(expected);
      assertThat(state == State.Open).isEqualTo(expected == PullRequestOutcome.Open.class);
      if (state == State.Open) {
        assertThat(merge).as("ours to merge is merged").isEqualTo(Merge.ByPerson);
      }
    }
  }
}
