package dev.palinode.gitwriter.forge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.forge.Answer.Ack;
import dev.palinode.gitwriter.forge.PullRequest.State;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Azure DevOps: REST 7.1 (learn.microsoft.com/rest/api/azure/devops/git). It completes in its own
 * time, so a merge may be answered before it has happened.
 */
final class AzureDevOps implements Forge {
  static final ForgeHttp.Manner MANNER =
      new ForgeHttp.Manner(
          Credentials.Scheme.PASSWORD, Map.of("Accept", "application/json;api-version=7.1"));

  private static final String BRANCHES = "refs/heads/";
  private static final String VERSION = "api-version=7.1";
  private static final int MAX_TEXT = 4000;

  private final ForgeHttp http;
  private final Place place;
  private final String repo;

  AzureDevOps(ForgeHttp http, Place place) {
    this.http = http;
    this.place = place;
    this.repo =
        "/" + Wire.encode(place.owner()) + "/_apis/git/repositories/" + Wire.encode(place.name());
  }

  @Override
  public Answer<List<PullRequest>> find(String head) {
    String query =
        "?searchCriteria.status=all&$top=100&searchCriteria.sourceRefName="
            + Wire.encode(BRANCHES + head);
    return http.get(repo + "/pullrequests" + query + "&" + VERSION)
        .map(list ->
            Wire.each(
                list.path("value"),
                p ->
                    p.path("sourceRefName").asText().equals(BRANCHES + head)
                        ? Optional.of(request(p))
                        : Optional.empty()));
  }

  private PullRequest request(JsonNode p) {
    long number = p.path("pullRequestId").asLong();
    State state =
        switch (p.path("status").asText()) {
          case "completed" -> State.Merged;
          case "abandoned" -> State.Closed;
          default -> State.Open;
        };
    return new PullRequest(
        number,
        place.web() + "/pullrequest/" + number,
        state,
        p.at("/lastMergeSourceCommit/commitId").asText(),
        state == State.Merged ? Wire.text(p.at("/lastMergeCommit/commitId")) : Optional.empty());
  }

  @Override
  public Answer<PullRequest> create(Draft draft) {
    ObjectNode body =
        Wire.object()
            .put("sourceRefName", BRANCHES + draft.head())
            .put("targetRefName", BRANCHES + draft.base())
            .put("title", draft.title())
            .put("description", Wire.cut(draft.body(), MAX_TEXT));
    Answer<PullRequest> made =
        http.post(repo + "/pullrequests?" + VERSION, body).map(this::request);
    return made instanceof Answer.Refused<PullRequest>(var status, var words)
            && (status == 409 || Wire.says(words, "tf401179"))
        ? find(draft.head()).then(found -> Wire.openOne(found, made))
        : made;
  }

  @Override
  public Answer<Standing> read(PullRequest request) {
    return http.get(at(request, ""))
        .then(p ->
            switch (p.path("mergeStatus").asText()) {
              case "succeeded" ->
                  http.get(at(request, "/statuses")).map(list -> checked(request(p), list));
              case "conflicts" ->
                  Answer.done(
                      new Standing(request(p), Standing.Readiness.Conflicting, "it conflicts"));
              default ->
                  Answer.done(
                      Standing.waiting(
                          request(p),
                          "Azure DevOps says "
                              + p.path("mergeStatus").asText("nothing of a merge yet")
                              + p.path("mergeFailureMessage").asText("")));
            });
  }

  /** Of each context the last status counts; what policies ask for shows when completing. */
  private static Standing checked(PullRequest request, JsonNode list) {
    Map<String, JsonNode> latest = new LinkedHashMap<>();
    list.path("value")
        .forEach(s -> {
          String name = s.at("/context/genre").asText() + "/" + s.at("/context/name").asText();
          latest.merge(name, s, (a, b) -> a.path("id").asLong() > b.path("id").asLong() ? a : b);
        });
    List<String> open =
        latest.entrySet().stream()
            .filter(e ->
                !List.of("succeeded", "notApplicable")
                    .contains(e.getValue().path("state").asText()))
            .map(e -> e.getKey() + " is " + e.getValue().path("state").asText())
            .toList();
    return open.isEmpty()
        ? Standing.ready(request)
        : Standing.waiting(request, String.join(", ", open));
  }

  @Override
  public Answer<Ack> describe(PullRequest request, String title, String body) {
    return http.patch(
            at(request, ""),
            Wire.object().put("title", title).put("description", Wire.cut(body, MAX_TEXT)))
        .ack();
  }

  @Override
  public Answer<PullRequest> merge(PullRequest request, String head) {
    ObjectNode body = Wire.object().put("status", "completed");
    body.putObject("lastMergeSourceCommit").put("commitId", head);
    body.putObject("completionOptions").put("deleteSourceBranch", false).put("bypassPolicy", false);
    return http.patch(at(request, ""), body).map(this::request);
  }

  /** It asks identities by an id that only another of its services tells; the text names people. */
  @Override
  public Answer<Ack> askReviewers(PullRequest request, Reviewers reviewers) {
    return Answer.done(Ack.ACK);
  }

  @Override
  public Answer<Ack> comment(PullRequest request, String text) {
    ObjectNode body = Wire.object().put("status", "closed");
    body.putArray("comments")
        .addObject()
        .put("parentCommentId", 0)
        .put("content", text)
        .put("commentType", 1);
    return http.post(at(request, "/threads"), body).ack();
  }

  @Override
  public Answer<Ack> close(PullRequest request) {
    return http.patch(at(request, ""), Wire.object().put("status", "abandoned")).ack();
  }

  @Override
  public Answer<Ack> mark(String commit, Mark mark, String text, String url) {
    ObjectNode body =
        Wire.object()
            .put(
                "state",
                switch (mark) {
                  case Pending -> "pending";
                  case Success -> "succeeded";
                  case Failure -> "failed";
                })
            .put("description", Wire.cut(text, 255))
            .put("targetUrl", url);
    body.putObject("context").put("name", "canary").put("genre", "palinode");
    return http.post(repo + "/commits/" + commit + "/statuses?" + VERSION, body).ack();
  }

  @Override
  public Answer<Optional<String>> accountOf(String commit) {
    return Answer.done(Optional.empty());
  }

  @Override
  public String pageOf(String commit) {
    return place.web() + "/commit/" + commit;
  }

  @Override
  public List<String> ownersAt() {
    return List.of("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS");
  }

  private String at(PullRequest request, String more) {
    return repo + "/pullrequests/" + request.number() + more + "?" + VERSION;
  }
}
