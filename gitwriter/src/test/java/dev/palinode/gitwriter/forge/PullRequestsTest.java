package dev.palinode.gitwriter.forge;

import static dev.palinode.gitwriter.forge.HostServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.GitTargetSpec.Merge;
import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.forge.PullRequest.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PullRequestsTest {
  private static final String BRANCH = "rollback/shop-checkout-7f9c2d41";

  private final FakeHost host = new FakeHost();
  private final FakeBranches branches = new FakeBranches(host);
  private final HostServer server = new HostServer();
  private final Intent intent =
      Shop.wish(Kind.GITHUB.url).revisions("b".repeat(40), "a".repeat(40)).intent();
  private Instant now = Shop.ASKED;
  private PullRequests requests;

  @BeforeEach
  void start() {
    server.play(Kind.GITHUB.api.apply(host), Kind.GITHUB.root);
    requests = process();
  }

  private PullRequests process() {
    return new PullRequests(
        branches,
        new HttpForges(
            _ -> Observed.known(Credentials.token("t0ken", "a test")),
            new ForgeHttp.Timing(Duration.ofSeconds(10), Duration.ofMillis(1)),
            () -> now,
            ForgeListener.SILENT));
  }

  @AfterEach
  void end() {
    requests.close();
    server.close();
  }

  private PullRequestOutcome round(Merge merge) {
    return requests.round(intent, Kind.GITHUB.wanted(server.url(), merge));
  }

  private FakeHost.Request only() {
    assertThat(host.requests).hasSize(1);
    return host.requests.getFirst();
  }

  @Test
  void firstRound_opensOne() {
    var open = (PullRequestOutcome.Open) round(Merge.ByPerson);

    assertThat(open.url()).isEqualTo("https://github.com/shop/deploy/pull/" + only().number);
    assertThat(open.message()).contains("a person merges it");
    assertThat(only().head).isEqualTo(BRANCH);
    assertThat(only().base).isEqualTo("main");
    assertThat(only().title).isEqualTo("Revert \"checkout 2.4.1\"");
    assertThat(only().body).endsWith("\n\nRollback-Intent: 7f9c2d41aa\n");
    assertThat(host.marks).containsEntry("b".repeat(40), "failure");
  }

  @Test
  void laterRounds_leaveItAlone() {
    for (int i = 0; i < 10; i++) {
      requests = i % 3 == 0 ? process() : requests;
      assertThat(round(Merge.ByPerson)).isInstanceOf(PullRequestOutcome.Open.class);
    }

    assertThat(only().state).isEqualTo(State.Open);
    assertThat(branches.writes).isEqualTo(1);
  }

  @Test
  void nothingToPutBack_opensNone() {
    branches.base = FakeBranches.Base.Good;

    assertThat(round(Merge.ByPerson)).isInstanceOf(PullRequestOutcome.Superseded.class);
    assertThat(host.requests).isEmpty();
    assertThat(branches.writes).isZero();
  }

  @Test
  void passedChecks_areMergedByUsWherePeopleWantIt() {
    host.checks = FakeHost.Checks.Pending;
    round(Merge.WhenChecksPass);
    assertThat(round(Merge.WhenChecksPass).toString()).contains("not all checks have passed");
    assertThat(only().state).isEqualTo(State.Open);
    host.checks = FakeHost.Checks.Passed;

    var merged = (PullRequestOutcome.Merged) round(Merge.WhenChecksPass);

    assertThat(merged.commit()).isEqualTo(only().merged);
    assertThat(only().mergedHead).isIn(branches.built);
    assertThat(round(Merge.WhenChecksPass)).isEqualTo(merged);
  }

  @Test
  void passedChecks_areLeftToPeopleOtherwise() {
    round(Merge.ByPerson);
    host.checks = FakeHost.Checks.Passed;

    assertThat(round(Merge.ByPerson)).isInstanceOf(PullRequestOutcome.Open.class);
    assertThat(only().state).isEqualTo(State.Open);
  }

  @Test
  void scenario15_closedByAPerson_staysClosedAndMeansNo() {
    round(Merge.WhenChecksPass);
    host.close(only());

    for (int i = 0; i < 5; i++) {
      requests = process();
      assertThat(round(Merge.WhenChecksPass)).isInstanceOf(PullRequestOutcome.ClosedByPerson.class);
    }

    assertThat(only().state).isEqualTo(State.Closed);
    assertThat(branches.writes).isEqualTo(1);
  }

  @Test
  void superseded_closesItselfWithAComment() {
    round(Merge.WhenChecksPass);
    branches.base = FakeBranches.Base.NewRelease;

    var outcome = (PullRequestOutcome.Superseded) round(Merge.WhenChecksPass);

    assertThat(outcome.url()).isPresent();
    assertThat(only().state).isEqualTo(State.Closed);
    assertThat(only().comments).singleElement().asString().contains("another release is there");
    assertThat(process().round(intent, Kind.GITHUB.wanted(server.url(), Merge.ByPerson)))
        .as("its own closing is no person's no")
        .isInstanceOf(PullRequestOutcome.Superseded.class);
  }

  @Test
  void scenario16_baseMovesTenTimes_staysOneRequestWithTheReviewedHead() {
    host.checks = FakeHost.Checks.Pending;
    for (int i = 0; i < 10; i++) {
      round(Merge.WhenChecksPass);
      branches.tip++;
    }
    host.checks = FakeHost.Checks.Passed;

    assertThat(round(Merge.WhenChecksPass)).isInstanceOf(PullRequestOutcome.Merged.class);
    assertThat(only().mergedHead).isIn(branches.built);
    assertThat(branches.built).as("a review of the head stays worth something").hasSize(1);
  }

  @Test
  void baseMovesTenTimesAndTheHostInsists_movesTheHeadAndMergesTheLast() {
    host.checks = FakeHost.Checks.Pending;
    round(Merge.WhenChecksPass);
    for (int i = 0; i < 10; i++) {
      branches.tip++;
      host.wantsTip = true;
      assertThat(round(Merge.WhenChecksPass).toString()).contains("made anew on the tip");
      round(Merge.WhenChecksPass);
    }
    host.checks = FakeHost.Checks.Passed;

    assertThat(round(Merge.WhenChecksPass)).isInstanceOf(PullRequestOutcome.Merged.class);
    assertThat(branches.built).hasSize(11);
    assertThat(only().mergedHead).isEqualTo(host.heads.get(BRANCH));
  }

  @Test
  void refusedMerge_staysOpenWithTheHostsWords() {
    round(Merge.WhenChecksPass);
    host.mergeRefusal = "At least 2 approving reviews are required";

    assertThat(round(Merge.WhenChecksPass).toString()).contains("At least 2 approving reviews");
    assertThat(only().state).isEqualTo(State.Open);
  }

  @Test
  void squashedByAPerson_isDoneWithoutASecondOne() {
    round(Merge.ByPerson);
    host.merge(only());

    for (int i = 0; i < 3; i++) {
      requests = process();
      assertThat(round(Merge.ByPerson)).isInstanceOf(PullRequestOutcome.Merged.class);
    }
    assertThat(host.requests).hasSize(1);
  }

  @Test
  void changedFile_staysOpenForPeople() {
    round(Merge.WhenChecksPass);
    branches.base = FakeBranches.Base.ChangedFile;

    assertThat(round(Merge.WhenChecksPass))
        .isInstanceOfSatisfying(
            PullRequestOutcome.Settled.class,
            s -> {
              assertThat(s.url()).isPresent();
              assertThat(s.outcome())
                  .isEqualTo(new WriteOutcome.Blocked(BlockReason.FileChanged, "changed"));
            });
    assertThat(only().state).isEqualTo(State.Open);
  }

  @Test
  void ownersAndAuthor_areAskedOnceAndNamed() {
    branches.owners = "* @dana @shop/payments kim@example.com\n";
    branches.author = "Dana `@everyone`\nInjected: line";
    host.users.addAll(List.of("dana", "lee"));
    host.accounts.put("d".repeat(40), "lee");

    round(Merge.ByPerson);

    assertThat(only().reviewers).containsExactlyInAnyOrder("dana", "lee", "payments");
    assertThat(only().body)
        .contains("Code owners: @dana, @shop/payments, kim@example.com.")
        .contains("by `Dana '@everyone' Injected: line`.");
    int before = server.seen.size();
    round(Merge.ByPerson);
    assertThat(server.seen.subList(before, server.seen.size()))
        .noneMatch(s -> s.path().endsWith("requested_reviewers"));
  }

  @Test
  void unknownReviewer_keepsNobodyElseOut() {
    branches.owners = "* @gone @dana\n";
    host.users.add("dana");

    assertThat(round(Merge.ByPerson)).isInstanceOf(PullRequestOutcome.Open.class);
    assertThat(only().reviewers).containsExactly("dana");
  }

  @Test
  void noReviewersWanted_asksNobody() {
    branches.owners = "* @dana\n";
    host.users.add("dana");

    requests.round(
        intent,
        new GitTargetSpec.PullRequest(
            GitTargetSpec.Provider.GITHUB, null, GitTargetSpec.Reviewers.None, server.url()));

    assertThat(only().reviewers).isEmpty();
  }

  @Test
  void limitedHost_isWaitedForAndGitIsLeftAlone() {
    server.fail(json(429, FakeApi.message("slow down")).withHeader("Retry-After", "75"));

    assertThat(round(Merge.ByPerson))
        .isEqualTo(
            new PullRequestOutcome.Later(
                Duration.ofSeconds(75),
                "127.0.0.1:%s wants to be asked again in 75 s: slow down"
                    .formatted(server.url().replaceAll(".*:", ""))));
    assertThat(branches.writes).isZero();
    now = now.plusSeconds(76);
    assertThat(round(Merge.ByPerson)).isInstanceOf(PullRequestOutcome.Open.class);
  }

  @Test
  void oddUrl_isSaidToTheOwner() {
    Intent odd = Shop.wish("/srv/git/deploy").intent();

    assertThat(
            requests.round(
                odd,
                new GitTargetSpec.PullRequest(GitTargetSpec.Provider.GITHUB, null, null, null)))
        .asString()
        .contains("RepositoryMissing", "set pullRequest.apiUrl");
  }
}
