package dev.palinode.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.GitTargetSpec.Merge;
import dev.palinode.crds.GitTargetSpec.Provider;
import dev.palinode.crds.GitTargetSpec.Reviewers;
import dev.palinode.crds.Observed;
import dev.palinode.crds.RevertSpec;
import dev.palinode.crds.Weight;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.forge.Answer;
import dev.palinode.gitwriter.forge.ForgeListener;
import dev.palinode.gitwriter.forge.Forges;
import dev.palinode.gitwriter.forge.HttpForges;
import dev.palinode.gitwriter.forge.PullRequest;
import dev.palinode.gitwriter.forge.PullRequestOutcome;
import dev.palinode.gitwriter.forge.PullRequests;
import dev.palinode.gitwriter.jgit.JGitRestoreBranches;
import dev.palinode.gitwriter.jgit.JGitWriter;
import dev.palinode.testbed.GiteaServer;
import dev.palinode.testbed.Needs;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Testbed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The writer and a real Gitea: its pushes, protected branches, reviews and merges. */
@Needs(Part.GITEA)
class GiteaIT {
  private static final String FILE = "apps/checkout/deployment.yaml";
  private static final String GOOD = "registry.example/checkout:2.4.0";
  private static final String BAD = "registry.example/checkout:2.4.1";
  private static final InstantSource CLOCK = InstantSource.system();
  private static final AtomicInteger COUNT = new AtomicInteger();

  private static GiteaServer gitea;
  private static String owner;
  private static String writer;
  private static String reviewer;

  @TempDir Path dir;
  private String name;
  private String repo;
  private Intent intent;
  private String bad;
  private String token;
  private PullRequests requests;

  @BeforeAll
  static void people(Testbed testbed) {
    gitea = testbed.gitea();
    owner = gitea.createUser("shop");
    writer = gitea.createUser("palinode");
    reviewer = gitea.createUser("dana");
  }

  @BeforeEach
  void releaseGoodThenBad() {
    name = "deploy-" + COUNT.incrementAndGet();
    repo = "repos/shop/" + name;
    gitea.api(
        owner,
        "POST",
        "user/repos",
        Map.of("name", name, "auto_init", true, "default_branch", "main"));
    for (String user : List.of("palinode", "dana")) {
      gitea.api(owner, "PUT", repo + "/collaborators/" + user, Map.of("permission", "write"));
    }
    commit(owner, "main", "CODEOWNERS", "apps/.* @dana\n");
    String good = commit(owner, "main", FILE, deployment(GOOD));
    bad = commit(owner, "main", FILE, deployment(BAD));
    token = writer;
    intent = intent(good, bad);
    requests = process();
  }

  @AfterEach
  void close() {
    requests.close();
  }

  private PullRequests process() {
    return new PullRequests(
        new JGitRestoreBranches(
            JGitWriter.Settings.in(dir.resolve("proposals")), _ -> login(), CLOCK),
        new HttpForges(_ -> login(), CLOCK, ForgeListener.SILENT));
  }

  private Observed<Credentials> login() {
    return Observed.known(Credentials.token(token, "the test's token"));
  }

  private WriteOutcome submit(String store) {
    try (var git =
        new JGitWriter(JGitWriter.Settings.in(dir.resolve(store)), _ -> login(), CLOCK)) {
      return git.submit(intent);
    }
  }

  private PullRequestOutcome round(Merge merge) {
    return requests.round(intent, wanted(merge));
  }

  private static GitTargetSpec.PullRequest wanted(Merge merge) {
    return new GitTargetSpec.PullRequest(Provider.GITEA, merge, Reviewers.FromCodeowners, null);
  }

  private String url() {
    return gitea.uri() + "shop/" + name + ".git";
  }

  private Intent intent(String good, String failed) {
    return new Intent(
        "0c0ffee" + name,
        "prod-eu",
        new Repository(url(), "main"),
        "apps/checkout",
        List.of(),
        new RevertSpec.ObjectRef("apps/v1", "Deployment", "shop", "checkout"),
        new RevertSpec.State(failed, "sha256:bad", Map.of("checkout", BAD)),
        new RevertSpec.State(good, "sha256:good", Map.of("checkout", GOOD)),
        new RevertSpec.Reason("errors", "4.8%", "0.6%", 1, Weight.percent(5), 1840L, null),
        CLOCK.instant(),
        List.of(new GitTargetSpec.Grant("prod-eu", List.of("shop"), List.of("apps/checkout/"))),
        Duration.ofDays(30),
        new GitTargetSpec.Author("Palinode", "palinode@example.com"),
        new GitTargetSpec.Budget(6_000),
        false);
  }

  private static String deployment(String image) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: checkout, namespace: shop}
    spec:
      replicas: 3
      paused: true
      template:
        metadata:
          labels: {app: checkout}
        spec:
          containers:
          - name: checkout
            image: %s   # the release
    """
        .formatted(image);
  }

  // ---- what people do ----

  private String commit(String by, String branch, String file, String text) {
    Map<String, Object> change = new HashMap<>();
    change.put("operation", isThere(branch, file) ? "update" : "create");
    change.put("path", file);
    change.put("content", Base64.getEncoder().encodeToString(utf8(text)));
    if (change.get("operation").equals("update")) {
      change.put("sha", contents(branch, file).path("sha").asText());
    }
    return gitea
        .api(
            by,
            "POST",
            repo + "/contents",
            Map.of("branch", branch, "message", "Change " + file, "files", List.of(change)))
        .path("commit")
        .path("sha")
        .asText();
  }

  private boolean isThere(String branch, String file) {
    String tree = repo + "/git/trees/" + branch.replace("/", "%2F") + "?recursive=true";
    return stream(gitea.api(owner, "GET", tree, Map.of()).path("tree"))
        .anyMatch(entry -> entry.path("path").asText().equals(file));
  }

  private JsonNode contents(String branch, String file) {
    return gitea.api(owner, "GET", repo + "/contents/" + file + "?ref=" + branch, Map.of());
  }

  private String file(String branch) {
    String encoded = contents(branch, FILE).path("content").asText();
    return new String(Base64.getMimeDecoder().decode(encoded), StandardCharsets.UTF_8);
  }

  private List<JsonNode> commits() {
    return stream(gitea.api(owner, "GET", repo + "/commits?sha=main&limit=50", Map.of())).toList();
  }

  private List<JsonNode> pulls() {
    return stream(gitea.api(owner, "GET", repo + "/pulls?state=all&limit=50", Map.of())).toList();
  }

  private JsonNode pull() {
    return pulls().getFirst();
  }

  private String at(JsonNode pull) {
    return repo + "/pulls/" + pull.path("number").asInt();
  }

  /** Only the owner may push; what else a merge needs. */
  private void protect(Map<String, ?> more) {
    Map<String, Object> rule = new HashMap<>(more);
    rule.put("rule_name", "main");
    rule.put("enable_push", true);
    rule.put("enable_push_whitelist", true);
    rule.put("push_whitelist_usernames", List.of("shop"));
    gitea.api(owner, "POST", repo + "/branch_protections", rule);
  }

  private void setStatus(String commit, String state) {
    gitea.api(
        owner, "POST", repo + "/statuses/" + commit, Map.of("state", state, "context", "build"));
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  // ---- direct commits ----

  @Test
  void openBranch_takesOneCommitHoweverOftenItIsAsked() {
    int before = commits().size();

    var committed = (WriteOutcome.Committed) submit("first");
    var again = submit("after-a-loss");

    assertThat(again).isEqualTo(new WriteOutcome.AlreadyThere(committed.commit()));
    assertThat(file("main")).isEqualTo(deployment(GOOD));
    assertThat(commits()).hasSize(before + 1);
    assertThat(commits().getFirst().path("sha").asText()).isEqualTo(committed.commit());
    assertThat(commits().getFirst().at("/commit/message").asText())
        .contains("Rollback-Intent: " + intent.id(), "Rollback-Of: " + bad);
  }

  @Test
  void unknownToken_isBlockedAndNothingChanges() {
    token = "0123456789012345678901234567890123456789";
    int before = commits().size();

    assertThat(submit("first"))
        .isInstanceOfSatisfying(
            WriteOutcome.Blocked.class,
            blocked -> {
              assertThat(blocked.reason()).isEqualTo(BlockReason.Credentials);
              assertThat(blocked.message()).doesNotContain(token);
            });
    assertThat(commits()).hasSize(before);
  }

  @Test
  void protectedBranch_refusesInItsOwnWords() {
    protect(Map.of());

    var refused = (WriteOutcome.Refused) submit("first");

    assertThat(refused.message()).contains("Not allowed to push to protected branch main");
    assertThat(file("main")).isEqualTo(deployment(BAD));
  }

  // ---- pull requests ----

  @Test
  void proposed_isOneRequestForTheOwnersOfTheFileAndMarksTheFailedCommit() {
    protect(Map.of());

    var open = (PullRequestOutcome.Open) round(Merge.ByPerson);
    requests.close();
    requests = process();
    var again = (PullRequestOutcome.Open) round(Merge.ByPerson);

    assertThat(again.url()).isEqualTo(open.url());
    assertThat(pulls()).hasSize(1);
    assertThat(pull().path("html_url").asText()).isEqualTo(open.url());
    assertThat(stream(pull().path("requested_reviewers")).map(u -> u.path("login").asText()))
        .contains("dana");
    assertThat(file(pull().at("/head/ref").asText())).isEqualTo(deployment(GOOD));
    assertThat(file("main")).isEqualTo(deployment(BAD));
    assertThat(stream(gitea.api(owner, "GET", repo + "/statuses/" + bad, Map.of())))
        .singleElement()
        .satisfies(s -> {
          assertThat(s.path("status").asText()).isEqualTo("failure");
          assertThat(s.path("context").asText()).isEqualTo("palinode");
        });
  }

  @Test
  void needsApprovalAndAGreenBuild_isMergedOnceItHasBothWithEverybodysCommits() {
    protect(
        Map.of(
            "required_approvals",
            1,
            "enable_status_check",
            true,
            "status_check_contexts",
            List.of("build")));
    round(Merge.WhenChecksPass);
    commit(owner, "main", "apps/cart/deployment.yaml", "of: somebody else\n");
    String head = pull().at("/head/sha").asText();
    setStatus(head, "pending");
    assertThat(round(Merge.WhenChecksPass)).isInstanceOf(PullRequestOutcome.Open.class);
    setStatus(head, "success");
    var unapproved = new ArrayList<String>();
    await("refused for lack of an approval")
        .atMost(Duration.ofSeconds(30))
        .until(() -> {
          var open = (PullRequestOutcome.Open) round(Merge.WhenChecksPass);
          unapproved.add(open.message());
          return open.message().contains("does not merge it yet");
        });
    assertThat(pull().path("merged").asBoolean()).as("%s", unapproved).isFalse();

    gitea.api(
        reviewer,
        "POST",
        at(pull()) + "/reviews",
        Map.of("event", "APPROVED", "commit_id", head, "body", "yes"));
    await("merged")
        .atMost(Duration.ofSeconds(30))
        .until(() -> round(Merge.WhenChecksPass) instanceof PullRequestOutcome.Merged);

    assertThat(pull().path("merged").asBoolean()).isTrue();
    assertThat(pull().at("/head/sha").asText()).as("what was reviewed").isEqualTo(head);
    assertThat(file("main")).isEqualTo(deployment(GOOD));
    assertThat(isThere("main", "apps/cart/deployment.yaml")).isTrue();
    assertThat(round(Merge.WhenChecksPass)).isInstanceOf(PullRequestOutcome.Merged.class);
    assertThat(pulls()).hasSize(1);
  }

  @Test
  void headMovedAfterItWasLookedAt_isNotMerged() {
    protect(Map.of());
    round(Merge.ByPerson);
    try (var forges = new HttpForges(_ -> login(), CLOCK, ForgeListener.SILENT)) {
      var forge =
          ((Forges.Found.Usable) forges.of(intent.repository(), wanted(Merge.ByPerson))).forge();
      PullRequest seen =
          ((Answer.Done<List<PullRequest>>) forge.find(pull().at("/head/ref").asText()))
              .value()
              .getFirst();
      commit(owner, pull().at("/head/ref").asText(), FILE, deployment("registry.example/evil:1"));

      Answer<PullRequest> merged =
          await("an answer about the head")
              .atMost(Duration.ofSeconds(30))
              .until(
                  () -> forge.merge(seen, seen.head()),
                  answer ->
                      !(answer instanceof Answer.Refused<PullRequest>(var status, var _)
                          && status == 405));

      assertThat(merged).isInstanceOf(Answer.Refused.class);
      assertThat(pull().path("merged").asBoolean()).isFalse();
      assertThat(file("main")).isEqualTo(deployment(BAD));
    }
  }

  @Test
  void closedByAPerson_staysClosed() {
    protect(Map.of());
    round(Merge.ByPerson);
    gitea.api(reviewer, "PATCH", at(pull()), Map.of("state", "closed"));

    assertThat(round(Merge.ByPerson))
        .isEqualTo(new PullRequestOutcome.ClosedByPerson(pull().path("html_url").asText()));
    assertThat(round(Merge.ByPerson)).isInstanceOf(PullRequestOutcome.ClosedByPerson.class);
    assertThat(pulls()).hasSize(1);
  }

  @Test
  void putRightByHandMeanwhile_closesItselfWithAWord() {
    protect(Map.of());
    round(Merge.ByPerson);
    commit(owner, "main", FILE, deployment(GOOD));

    assertThat(round(Merge.ByPerson)).isInstanceOf(PullRequestOutcome.Superseded.class);

    assertThat(pull().path("state").asText()).isEqualTo("closed");
    assertThat(pull().path("merged").asBoolean()).isFalse();
    assertThat(pull().path("comments").asInt()).isEqualTo(1);
  }
}
