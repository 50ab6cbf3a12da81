package dev.palinode.gitwriter.forge;

import static dev.palinode.gitwriter.forge.HostServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import dev.palinode.crds.GitTargetSpec.Merge;
import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.CredentialSource;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.forge.Forge.Draft;
import dev.palinode.gitwriter.forge.Forge.Mark;
import dev.palinode.gitwriter.forge.Forge.Reviewers;
import dev.palinode.gitwriter.forge.PullRequest.State;
import dev.palinode.gitwriter.forge.Standing.Readiness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What every adapter does with its kind of host, over HTTP. */
@ParameterizedClass
@EnumSource
class ForgeContractTest {
  private static final String TOKEN = "s3cr3t-t0ken-of-the-writer";
  private static final String NEW_TOKEN = "t0ken-after-the-renewal";
  private static final String HEAD = "rollback/shop-checkout-7f9c2d41";
  private static final String SHA = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334";
  private static final String OTHER = "ffffffffffffffffffffffffffffffffffffffff";
  private static final Draft DRAFT = new Draft(HEAD, "main", "Revert \"2.4.1\"", "Why.\n\nT: x\n");
  private static HostServer server;

  @Parameter Kind kind;

  private final FakeHost host = new FakeHost();
  private final List<Answer<?>> answers = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-01T20:00:00Z");
  private String token = TOKEN;
  private String renewed = TOKEN;
  private HttpForges forges;
  private Forge forge;

  @BeforeAll
  static void start() {
    server = new HostServer();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void connect() {
    server.play(kind.api.apply(host), kind.root);
    host.heads.put(HEAD, SHA);
    forges = connect(Duration.ofSeconds(10));
    forge = adapter(forges);
  }

  private HttpForges connect(Duration deadline) {
    CredentialSource source =
        new CredentialSource() {
          @Override
          public Observed<Credentials> forRepository(Repository repository) {
            return Observed.known(Credentials.token(token, "key token of Secret a/b"));
          }

          @Override
          public Observed<Credentials> renew(Repository repository, Credentials refused) {
            token = renewed;
            return forRepository(repository);
          }
        };
    return new HttpForges(
        source,
        new ForgeHttp.Timing(deadline, Duration.ofMinutes(5)),
        () -> now,
        ForgeListener.SILENT);
  }

  private Forge adapter(HttpForges from) {
    var found =
        from.of(new Repository(kind.url, "main"), kind.wanted(server.url(), Merge.ByPerson));
    return ((Forges.Found.Usable) found).forge();
  }

  @AfterEach
  void noAnswerShowsTheToken() {
    forges.close();
    assertThat(answers).noneMatch(a -> a.toString().contains(TOKEN));
    assertThat(answers).noneMatch(a -> a.toString().contains(NEW_TOKEN));
  }

  private <T> Answer<T> heard(Answer<T> answer) {
    answers.add(answer);
    return answer;
  }

  private <T> T done(Answer<T> answer) {
    assertThat(heard(answer)).isInstanceOf(Answer.Done.class);
    return ((Answer.Done<T>) answer).value();
  }

  private PullRequest found() {
    return done(forge.find(HEAD)).getFirst();
  }

  @Test
  void noRequest_isFound() {
    assertThat(done(forge.find(HEAD))).isEmpty();
  }

  @Test
  void createdOne_isFoundByItsHead() {
    PullRequest made = done(forge.create(DRAFT));

    assertThat(found()).isEqualTo(made);
    assertThat(made.state()).isEqualTo(State.Open);
    assertThat(made.isAt(SHA)).isTrue();
    assertThat(made.isAt(OTHER)).isFalse();
    assertThat(made.url()).startsWith("https://").endsWith("/" + made.number());
    FakeHost.Request kept = host.at(made.number());
    assertThat(List.of(kept.base, kept.title, kept.body))
        .containsExactly("main", DRAFT.title(), DRAFT.body());
  }

  @Test
  void otherHeads_areNotOurs() {
    host.open("rollback/shop-checkout-7f9c2d4", "main", "t", "b");
    host.open(HEAD + "0", "main", "t", "b");

    assertThat(done(forge.find(HEAD))).isEmpty();
  }

  @Test
  void lostRace_adoptsTheWinners() {
    PullRequest first = done(forge.create(DRAFT));

    PullRequest second = done(forge.create(DRAFT));

    assertThat(second.number()).isEqualTo(first.number());
    assertThat(host.requests).filteredOn(r -> r.state == State.Open).hasSize(1);
  }

  @Test
  void everyState_isFoundNewestFirst() {
    PullRequest closed = done(forge.create(DRAFT));
    done(forge.close(closed));
    assertThat(found().state()).isEqualTo(State.Closed);
    PullRequest open = done(forge.create(DRAFT));
    host.merge(host.at(open.number()));

    PullRequest merged = done(adapter(connect(Duration.ofSeconds(10))).find(HEAD)).getFirst();

    assertThat(merged.number()).isEqualTo(open.number());
    assertThat(merged.state()).isEqualTo(State.Merged);
    assertThat(merged.mergeCommit()).contains(host.at(open.number()).merged);
  }

  @Test
  void noDiff_isRefusedInTheHostsWords() {
    host.hasDiff = false;

    assertThat(heard(forge.create(DRAFT))).isInstanceOf(Answer.Refused.class);
    assertThat(answers.getLast().toString()).containsAnyOf("commits", "change", "date", "nothing");
    assertThat(host.requests).isEmpty();
  }

  @Test
  void head_isMerged() {
    PullRequest made = done(forge.create(DRAFT));

    PullRequest merged = done(forge.merge(made, SHA));

    assertThat(merged.state()).isEqualTo(State.Merged);
    assertThat(merged.mergeCommit()).contains(host.at(made.number()).merged);
  }

  @Test
  void movedHead_isNotMerged() {
    PullRequest made = done(forge.create(DRAFT));
    host.heads.put(HEAD, OTHER);

    assertThat(heard(forge.merge(made, SHA))).isInstanceOf(Answer.Refused.class);
    assertThat(host.at(made.number()).state).isEqualTo(State.Open);
  }

  @Test
  void refusedMerge_keepsTheHostsWords() {
    PullRequest made = done(forge.create(DRAFT));
    host.mergeRefusal = "vetoed by the owners";

    assertThat(heard(forge.merge(made, SHA))).isInstanceOf(Answer.Refused.class);
    assertThat(answers.getLast().toString()).contains("vetoed");
  }

  @Test
  void checks_areWaitedFor() {
    PullRequest made = done(forge.create(DRAFT));
    assertThat(done(forge.read(made)).readiness()).isEqualTo(Readiness.Ready);
    host.checks = FakeHost.Checks.Pending;
    assertThat(done(forge.read(made)).readiness()).isEqualTo(Readiness.Waiting);
    host.checks = FakeHost.Checks.Failed;
    assertThat(done(forge.read(made)).readiness()).isEqualTo(Readiness.Waiting);
    host.checks = FakeHost.Checks.Passed;
    assertThat(done(forge.read(made)).readiness()).isEqualTo(Readiness.Ready);
  }

  @Test
  void otherText_isTaken() {
    PullRequest made = done(forge.create(DRAFT));

    done(forge.describe(made, "T2", "B2"));

    assertThat(host.at(made.number()).title).isEqualTo("T2");
    assertThat(host.at(made.number()).body).isEqualTo("B2");
  }

  @Test
  void commentAndClosing_areSeen() {
    PullRequest made = done(forge.create(DRAFT));

    done(forge.comment(made, "superseded"));
    done(forge.close(made));

    assertThat(host.at(made.number()).comments).containsExactly("superseded");
    assertThat(found().state()).isEqualTo(State.Closed);
  }

  @Test
  void failedCommit_isMarked() {
    done(forge.mark(SHA, Mark.Failure, "x".repeat(5000), "https://example.com/1"));

    assertThat(host.marks).containsEntry(SHA, "failure");
  }

  @Test
  void reviewers_areAskedAndUnknownOnesLeftOut() {
    host.users.addAll(List.of("dana", "kim"));
    PullRequest made = done(forge.create(DRAFT));

    heard(forge.askReviewers(made, new Reviewers(List.of("dana", "kim"), List.of(), List.of())));

    assertThat(host.at(made.number()).reviewers)
        .isEqualTo(kind.asksByName() ? host.users : Set.of());
    if (kind != Kind.BITBUCKET_DATA_CENTER) {
      heard(
          forge.askReviewers(made, new Reviewers(List.of("nobody", "kim"), List.of(), List.of())));
      assertThat(host.at(made.number()).reviewers).doesNotContain("nobody");
    }
  }

  @Test
  void authorsAccount_isToldWhereTheHostKnows() {
    host.accounts.put(SHA, "dana");

    assertThat(done(forge.accountOf(SHA)))
        .isEqualTo(kind.tellsAuthors() ? Optional.of("dana") : Optional.empty());
  }

  @Test
  void describing_keepsTheReviewers() {
    host.users.add("dana");
    PullRequest made = done(forge.create(DRAFT));
    heard(forge.askReviewers(made, new Reviewers(List.of("dana"), List.of(), List.of("dana"))));
    var before = Set.copyOf(host.at(made.number()).reviewers);

    done(forge.describe(made, "T2", "B2"));

    assertThat(host.at(made.number()).reviewers).isEqualTo(before);
  }

  @Test
  void scenario30_retryAfter_isHonouredWithoutAnotherRequest() {
    server.fail(json(429, FakeApi.message("slow down")).withHeader("Retry-After", "90"));

    assertThat(heard(forge.find(HEAD)))
        .isInstanceOfSatisfying(
            Answer.RetryAfter.class, r -> assertThat(r.pause()).isEqualTo(Duration.ofSeconds(90)));
    now = now.plusSeconds(60);
    assertThat(heard(forge.find(HEAD)))
        .isInstanceOfSatisfying(
            Answer.RetryAfter.class, r -> assertThat(r.pause()).isEqualTo(Duration.ofSeconds(30)));
    assertThat(server.seen).hasSize(1);
    now = now.plusSeconds(31);
    assertThat(done(forge.find(HEAD))).isEmpty();
  }

  @Test
  void rateLimitOf403_isAPauseAndNoMissingRight() {
    server.fail(
        json(403, FakeApi.message("API rate limit exceeded"))
            .withHeader("X-RateLimit-Remaining", "0")
            .withHeader(
                "X-RateLimit-Reset", String.valueOf(now.plusSeconds(600).getEpochSecond())));
    assertThat(heard(forge.find(HEAD)))
        .isInstanceOfSatisfying(
            Answer.RetryAfter.class, r -> assertThat(r.pause()).isEqualTo(Duration.ofMinutes(10)));
    now = now.plusSeconds(601);

    server.fail(json(403, FakeApi.message("You have exceeded a secondary rate limit.")));
    assertThat(heard(forge.find(HEAD))).isInstanceOf(Answer.RetryAfter.class);
    now = now.plusSeconds(61);

    server.fail(json(403, FakeApi.message("Resource not accessible")));
    assertThat(heard(forge.find(HEAD))).isInstanceOf(Answer.Unauthorised.class);
  }

  @Test
  void maintenance_isAPauseIfItSaysHowLong() {
    server.fail(json(503, null).withHeader("Retry-After", "Sun, 01 Nov 2026 20:02:00 GMT"));
    assertThat(heard(forge.find(HEAD)))
        .isInstanceOfSatisfying(
            Answer.RetryAfter.class, r -> assertThat(r.pause()).isEqualTo(Duration.ofMinutes(2)));
    now = now.plusSeconds(121);

    server.fail(json(503, null));
    assertThat(heard(forge.find(HEAD))).isInstanceOf(Answer.Unreachable.class);
  }

  @Test
  void expiredToken_isRenewedOnce() {
    server.takeOnly(shown(NEW_TOKEN));
    renewed = NEW_TOKEN;

    assertThat(done(forge.find(HEAD))).isEmpty();
    assertThat(server.seen).hasSize(2);
  }

  @Test
  void revokedToken_isNotTriedAgain() {
    server.takeOnly(shown(NEW_TOKEN));

    assertThat(heard(forge.find(HEAD)))
        .isInstanceOfSatisfying(
            Answer.Unauthorised.class,
            u -> assertThat(u.words()).contains("key token of Secret a/b"));
    assertThat(server.seen).hasSize(1);
  }

  private String shown(String secret) {
    return Credentials.token(secret, "")
        .authorization(
            switch (kind.provider) {
              case GITEA, FORGEJO -> Credentials.Scheme.TOKEN;
              case AZUREDEVOPS -> Credentials.Scheme.PASSWORD;
              case GITHUB, GITLAB, BITBUCKET, BITBUCKETSERVER -> Credentials.Scheme.BEARER;
            })
        .orElseThrow();
  }

  @Test
  void echoedToken_isNotRepeated() {
    server.fail(json(422, FakeApi.message("what is " + TOKEN + "? " + shown(TOKEN))));

    assertThat(heard(forge.find(HEAD))).isInstanceOf(Answer.Refused.class);
  }

  @Test
  void silence_endsAtTheDeadline() {
    forges.close();
    forges = connect(Duration.ofMillis(200));
    forge = adapter(forges);
    server.fail(json(200, FakeApi.object()).withFixedDelay(2000));

    assertThat(heard(forge.find(HEAD)))
        .isInstanceOfSatisfying(
            Answer.Unreachable.class,
            u -> assertThat(u.words()).contains("no answer within 0.2 s"));
  }

  @Test
  void brokenAnswers_areNoAnswers() {
    List<ResponseDefinitionBuilder> broken =
        List.of(
            new ResponseDefinitionBuilder().withStatus(200).withBody("[{\"number\": 12, \"html_"),
            new ResponseDefinitionBuilder()
                .withStatus(200)
                .withHeader("Content-Type", "text/html")
                .withBody("<html>please log in</html>"),
            new ResponseDefinitionBuilder().withStatus(502).withBody("<html>Bad gateway</html>"),
            new ResponseDefinitionBuilder().withFault(Fault.MALFORMED_RESPONSE_CHUNK));
    for (ResponseDefinitionBuilder answer : broken) {
      server.fail(answer);
      assertThat(heard(forge.find(HEAD))).isInstanceOf(Answer.Unreachable.class);
    }
    assertThat(done(forge.find(HEAD))).isEmpty();
  }

  @Test
  void lostAnswerToACreate_isFoundAfterwards() {
    server.loseAnswer();
    assertThat(heard(forge.create(DRAFT))).isInstanceOf(Answer.Unreachable.class);

    assertThat(found().number()).isEqualTo(host.requests.getFirst().number);
    assertThat(host.requests).hasSize(1);
  }

  @Test
  void deadHost_isLeftAlone() {
    server.fail(5, json(500, null));
    for (int i = 0; i < 5; i++) {
      heard(forge.find(HEAD));
    }

    assertThat(heard(forge.find(HEAD)))
        .isInstanceOfSatisfying(
            Answer.Unreachable.class, u -> assertThat(u.words()).contains("was not asked"));
    assertThat(server.seen).hasSize(5);
  }

  @Test
  void redirect_isNotFollowed() {
    server.fail(json(302, null).withHeader("Location", server.url() + "/elsewhere"));

    assertThat(heard(forge.find(HEAD))).isInstanceOf(Answer.Refused.class);
    assertThat(server.seen).hasSize(1);
  }
}
