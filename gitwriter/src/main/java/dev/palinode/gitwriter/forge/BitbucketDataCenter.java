package dev.palinode.gitwriter.forge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.forge.Answer.Ack;
import dev.palinode.gitwriter.forge.PullRequest.State;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Bitbucket Data Center: REST 1.0 (developer.atlassian.com/server/bitbucket/rest). A change names
 * the version of the pull request that it is based on; since a push need not raise the version,
 * heads are compared as well, before a merge and after.
 */
final class BitbucketDataCenter implements Forge {
  static final ForgeHttp.Manner MANNER =
      new ForgeHttp.Manner(Credentials.Scheme.BEARER, Map.of("X-Atlassian-Token", "no-check"));

  private static final String BRANCHES = "refs/heads/";

  private final ForgeHttp http;
  private final String repo;
  private final String commits;

  BitbucketDataCenter(ForgeHttp http, Place place) {
    this.http = http;
    this.commits = place.web() + "/commits/";
    this.repo =
        "/api/1.0/projects/" + Wire.encode(place.owner()) + "/repos/" + Wire.encode(place.name());
  }

  @Override
  public Answer<List<PullRequest>> find(String head) {
    String query =
        "?state=ALL&direction=OUTGOING&order=NEWEST&limit=100&at=" + Wire.encode(BRANCHES + head);
    return http.get(repo + "/pull-requests" + query)
        .map(page ->
            Wire.each(
                page.path("values"),
                p ->
                    p.at("/fromRef/id").asText().equals(BRANCHES + head)
                        ? Optional.of(request(p))
                        : Optional.empty()));
  }

  private static PullRequest request(JsonNode p) {
    return new PullRequest(
        p.path("id").asLong(),
        p.at("/links/self/0/href").asText(),
        switch (p.path("state").asText()) {
          case "MERGED" -> State.Merged;
          case "DECLINED" -> State.Closed;
          default -> State.Open;
        },
        p.at("/fromRef/latestCommit").asText(),
        Wire.text(p.at("/properties/mergeCommit/id")));
  }

  @Override
  public Answer<PullRequest> create(Draft draft) {
    ObjectNode body = Wire.object().put("title", draft.title()).put("description", draft.body());
    body.putObject("fromRef").put("id", BRANCHES + draft.head());
    body.putObject("toRef").put("id", BRANCHES + draft.base());
    Answer<PullRequest> made =
        http.post(repo + "/pull-requests", body).map(BitbucketDataCenter::request);
    return made instanceof Answer.Refused<PullRequest>(var status, var _) && status == 409
        ? find(draft.head()).then(found -> Wire.openOne(found, made))
        : made;
  }

  @Override
  public Answer<Standing> read(PullRequest request) {
    return http.get(at(request))
        .map(BitbucketDataCenter::request)
        .then(now -> http.get(at(request) + "/merge").then(merge -> checked(now, merge)));
  }

  private Answer<Standing> checked(PullRequest request, JsonNode merge) {
    if (merge.path("conflicted").asBoolean()) {
      return Answer.done(new Standing(request, Standing.Readiness.Conflicting, "it conflicts"));
    }
    if (!merge.path("canMerge").asBoolean()) {
      List<String> vetoes =
          Wire.each(merge.path("vetoes"), v -> Wire.text(v.path("summaryMessage")));
      return Answer.done(Standing.waiting(request, String.join("; ", vetoes)));
    }
    return http.get("/build-status/1.0/commits/stats/" + request.head())
        .map(builds -> {
          int failed = builds.path("failed").asInt();
          int running = builds.path("inProgress").asInt();
          return failed + running == 0
              ? Standing.ready(request)
              : Standing.waiting(
                  request, running + " builds are running, " + failed + " have failed");
        });
  }

  @Override
  public Answer<Ack> describe(PullRequest request, String title, String body) {
    return edit(
        request,
        p -> {
          ObjectNode change = kept(p).put("title", title).put("description", body);
          change.set("reviewers", reviewers(p, Set.of()));
          return change;
        });
  }

  /** An update replaces the whole: what is left out is lost. */
  private static ObjectNode kept(JsonNode p) {
    return Wire.object()
        .put("id", p.path("id").asLong())
        .put("version", p.path("version").asInt())
        .put("title", p.path("title").asText())
        .put("description", p.path("description").asText());
  }

  private static ArrayNode reviewers(JsonNode p, Set<String> more) {
    Set<String> names = new LinkedHashSet<>();
    p.path("reviewers").forEach(r -> names.add(r.at("/user/name").asText()));
    names.addAll(more);
    ArrayNode all = Wire.array(List.of());
    names.forEach(n -> all.addObject().putObject("user").put("name", n));
    return all;
  }

  private Answer<Ack> edit(PullRequest request, Function<JsonNode, ObjectNode> change) {
    return http.get(at(request)).then(p -> http.put(at(request), change.apply(p)).ack());
  }

  @Override
  public Answer<PullRequest> merge(PullRequest request, String head) {
    return http.get(at(request))
        .then(p -> {
          PullRequest before = request(p);
          if (!before.isAt(head)) {
            return new Answer.Refused<>(409, "its head is " + before.head() + ", not " + head);
          }
          String path = at(request) + "/merge?version=" + p.path("version").asInt();
          return http.post(path, null)
              .map(BitbucketDataCenter::request)
              .then(after ->
                  after.isAt(head)
                      ? Answer.done(after)
                      : new Answer.Refused<>(
                          409,
                          "it was merged at %s, which is not the reviewed %s"
                              .formatted(after.head(), head)));
        });
  }

  @Override
  public Answer<Ack> askReviewers(PullRequest request, Reviewers reviewers) {
    Set<String> names = new LinkedHashSet<>(reviewers.users());
    names.addAll(reviewers.accounts());
    return names.isEmpty()
        ? Answer.done(Ack.ACK)
        : edit(
            request,
            p -> {
              ObjectNode change = kept(p);
              change.set("reviewers", reviewers(p, names));
              return change;
            });
  }

  @Override
  public Answer<Ack> comment(PullRequest request, String text) {
    return http.post(at(request) + "/comments", Wire.object().put("text", text)).ack();
  }

  @Override
  public Answer<Ack> close(PullRequest request) {
    return http.get(at(request))
        .then(p ->
            http.post(at(request) + "/decline?version=" + p.path("version").asInt(), null).ack());
  }

  @Override
  public Answer<Ack> mark(String commit, Mark mark, String text, String url) {
    ObjectNode body =
        Wire.object()
            .put("key", "palinode")
            .put("name", "Palinode")
            .put(
                "state",
                switch (mark) {
                  case Pending -> "INPROGRESS";
                  case Success -> "SUCCESSFUL";
                  case Failure -> "FAILED";
                })
            .put("description", Wire.cut(text, 255))
            .put("url", url);
    return http.post("/build-status/1.0/commits/" + commit, body).ack();
  }

  /** Only an author that is one of its users has a slug. */
  @Override
  public Answer<Optional<String>> accountOf(String commit) {
    return http.get(repo + "/commits/" + commit)
        .map(c -> Wire.text(c.at("/author/slug")).flatMap(_ -> Wire.text(c.at("/author/name"))));
  }

  @Override
  public String pageOf(String commit) {
    return commits + commit;
  }

  @Override
  public List<String> ownersAt() {
    return List.of(".bitbucket/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS");
  }

  private String at(PullRequest request) {
    return repo + "/pull-requests/" + request.number();
  }
}
