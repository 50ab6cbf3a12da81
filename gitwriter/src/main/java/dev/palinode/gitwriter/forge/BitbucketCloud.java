package dev.palinode.gitwriter.forge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.forge.Answer.Ack;
import dev.palinode.gitwriter.forge.PullRequest.State;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Bitbucket Cloud: REST 2.0 (developer.atlassian.com/cloud/bitbucket/rest). It pins no merge to a
 * head, so heads are compared before and read again after; and nothing stops a second pull request
 * of one branch, so after opening one an older one is looked for.
 */
final class BitbucketCloud implements Forge {
  static final ForgeHttp.Manner MANNER = new ForgeHttp.Manner(Credentials.Scheme.BEARER, Map.of());

  private final ForgeHttp http;
  private final String repo;
  private final String commits;

  BitbucketCloud(ForgeHttp http, Place place) {
    this.http = http;
    this.commits = place.web() + "/commits/";
    this.repo = "/repositories/" + Wire.encode(place.owner()) + "/" + Wire.encode(place.name());
  }

  @Override
  public Answer<List<PullRequest>> find(String head) {
    String query =
        "?pagelen=50&state=OPEN&state=MERGED&state=DECLINED&state=SUPERSEDED&q="
            + Wire.encode("source.branch.name=\"" + head + "\"");
    return http.get(repo + "/pullrequests" + query)
        .map(page ->
            Wire.each(
                    page.path("values"),
                    p ->
                        p.at("/source/branch/name").asText().equals(head)
                            ? Optional.of(request(p))
                            : Optional.empty())
                .stream()
                .sorted(Comparator.comparingLong(PullRequest::number).reversed())
                .toList());
  }

  private static PullRequest request(JsonNode p) {
    return new PullRequest(
        p.path("id").asLong(),
        p.at("/links/html/href").asText(),
        switch (p.path("state").asText()) {
          case "MERGED" -> State.Merged;
          case "DECLINED", "SUPERSEDED" -> State.Closed;
          default -> State.Open;
        },
        p.at("/source/commit/hash").asText(),
        Wire.text(p.at("/merge_commit/hash")));
  }

  @Override
  public Answer<PullRequest> create(Draft draft) {
    ObjectNode body = Wire.object().put("title", draft.title()).put("description", draft.body());
    body.putObject("source").putObject("branch").put("name", draft.head());
    body.putObject("destination").putObject("branch").put("name", draft.base());
    return http.post(repo + "/pullrequests", body)
        .map(BitbucketCloud::request)
        .then(made -> find(draft.head()).then(found -> oldest(made, found)));
  }

  private Answer<PullRequest> oldest(PullRequest made, List<PullRequest> found) {
    Optional<PullRequest> older =
        found.stream()
            .filter(p -> p.state() == State.Open && p.number() < made.number())
            .min(Comparator.comparingLong(PullRequest::number));
    return older.isEmpty() ? Answer.done(made) : close(made).map(_ -> older.get());
  }

  @Override
  public Answer<Standing> read(PullRequest request) {
    return http.get(at(request))
        .map(BitbucketCloud::request)
        .then(
            now -> http.get(at(request) + "/statuses?pagelen=100").map(page -> checked(now, page)));
  }

  /** There is no word for mergeable: what the branch asks for shows when a merge is tried. */
  private static Standing checked(PullRequest request, JsonNode page) {
    List<String> open =
        Wire.each(
            page.path("values"),
            s ->
                s.path("state").asText().equals("SUCCESSFUL")
                    ? Optional.empty()
                    : Optional.of(s.path("name").asText() + " is " + s.path("state").asText()));
    return open.isEmpty()
        ? Standing.ready(request)
        : Standing.waiting(request, String.join(", ", open));
  }

  @Override
  public Answer<Ack> describe(PullRequest request, String title, String body) {
    return http.get(at(request))
        .then(p -> {
          ObjectNode change = Wire.object().put("title", title).put("description", body);
          change.set("reviewers", reviewers(p, List.of()));
          return http.put(at(request), change).ack();
        });
  }

  /** An update replaces them all: who is left out is let go. */
  private static ArrayNode reviewers(JsonNode p, List<String> more) {
    Set<String> ids = new LinkedHashSet<>(more);
    p.path("reviewers").forEach(r -> ids.add(r.path("account_id").asText()));
    ArrayNode all = Wire.array(List.of());
    ids.forEach(id -> all.addObject().put("account_id", id));
    return all;
  }

  @Override
  public Answer<PullRequest> merge(PullRequest request, String head) {
    return http.get(at(request))
        .map(BitbucketCloud::request)
        .then(before ->
            before.isAt(head)
                ? http.post(at(request) + "/merge", Wire.object().put("close_source_branch", false))
                    .then(_ -> http.get(at(request)).map(BitbucketCloud::request))
                    .then(after -> pinned(after, head))
                : new Answer.Refused<>(409, "its head is " + before.head() + ", not " + head));
  }

  private static Answer<PullRequest> pinned(PullRequest after, String head) {
    return after.isAt(head)
        ? Answer.done(after)
        : new Answer.Refused<>(
            409, "it was merged at " + after.head() + ", which is not the reviewed " + head);
  }

  /** It asks accounts only; code owners are named in the text. */
  @Override
  public Answer<Ack> askReviewers(PullRequest request, Reviewers reviewers) {
    if (reviewers.accounts().isEmpty()) {
      return Answer.done(Ack.ACK);
    }
    return http.get(at(request))
        .then(p -> {
          ObjectNode change = Wire.object().put("title", p.path("title").asText());
          change.set("reviewers", reviewers(p, reviewers.accounts()));
          return http.put(at(request), change).ack();
        });
  }

  @Override
  public Answer<Ack> comment(PullRequest request, String text) {
    ObjectNode body = Wire.object();
    body.putObject("content").put("raw", text);
    return http.post(at(request) + "/comments", body).ack();
  }

  @Override
  public Answer<Ack> close(PullRequest request) {
    return http.post(at(request) + "/decline", null).ack();
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
    return http.post(repo + "/commit/" + commit + "/statuses/build", body).ack();
  }

  @Override
  public Answer<Optional<String>> accountOf(String commit) {
    return http.get(repo + "/commit/" + commit)
        .map(c -> Wire.text(c.at("/author/user/account_id")));
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
    return repo + "/pullrequests/" + request.number();
  }
}
