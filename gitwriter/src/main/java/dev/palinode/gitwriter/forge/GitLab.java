package dev.palinode.gitwriter.forge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.forge.Answer.Ack;
import dev.palinode.gitwriter.forge.PullRequest.State;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** GitLab's REST API, version 4 (docs.gitlab.com/api/merge_requests). */
final class GitLab implements Forge {
  static final ForgeHttp.Manner MANNER = new ForgeHttp.Manner(Credentials.Scheme.BEARER, Map.of());

  private final ForgeHttp http;
  private final String project;
  private final String commits;

  GitLab(ForgeHttp http, Place place) {
    this.http = http;
    this.commits = place.web() + "/-/commit/";
    this.project = "/projects/" + Wire.encode(place.owner() + "/" + place.name());
  }

  @Override
  public Answer<List<PullRequest>> find(String head) {
    String query = "?state=all&per_page=100&source_branch=" + Wire.encode(head);
    return http.get(project + "/merge_requests" + query)
        .map(list ->
            Wire.each(
                list,
                m ->
                    m.path("source_branch").asText().equals(head)
                        ? Optional.of(request(m))
                        : Optional.empty()));
  }

  private static PullRequest request(JsonNode m) {
    return new PullRequest(
        m.path("iid").asLong(),
        m.path("web_url").asText(),
        switch (m.path("state").asText()) {
          case "merged" -> State.Merged;
          case "closed" -> State.Closed;
          default -> State.Open;
        },
        m.path("sha").asText(),
        Wire.text(m.path("merge_commit_sha")).or(() -> Wire.text(m.path("squash_commit_sha"))));
  }

  @Override
  public Answer<PullRequest> create(Draft draft) {
    ObjectNode body =
        Wire.object()
            .put("source_branch", draft.head())
            .put("target_branch", draft.base())
            .put("title", draft.title())
            .put("description", draft.body())
            .put("remove_source_branch", false);
    Answer<PullRequest> made = http.post(project + "/merge_requests", body).map(GitLab::request);
    return made instanceof Answer.Refused<PullRequest>(var status, var _) && status == 409
        ? find(draft.head()).then(found -> Wire.openOne(found, made))
        : made;
  }

  @Override
  public Answer<Standing> read(PullRequest request) {
    return http.get(at(request)).map(GitLab::standing);
  }

  /**
   * {@code detailed_merge_status} since 15.6. A pipeline that the project does not insist on is
   * waited for all the same.
   */
  private static Standing standing(JsonNode m) {
    PullRequest request = request(m);
    String status = m.path("detailed_merge_status").asText();
    return switch (status) {
      case "mergeable" -> {
        String pipeline = m.path("head_pipeline").path("status").asText("none");
        yield switch (pipeline) {
          case "none", "success", "skipped", "manual" -> Standing.ready(request);
          default -> Standing.waiting(request, "its pipeline is " + pipeline);
        };
      }
      case "need_rebase" ->
          new Standing(request, Standing.Readiness.Behind, "the branch must stand on the tip");
      case "conflict", "broken_status" ->
          new Standing(request, Standing.Readiness.Conflicting, "it conflicts");
      default -> Standing.waiting(request, "GitLab says " + status);
    };
  }

  @Override
  public Answer<Ack> describe(PullRequest request, String title, String body) {
    return http.put(at(request), Wire.object().put("title", title).put("description", body)).ack();
  }

  @Override
  public Answer<PullRequest> merge(PullRequest request, String head) {
    return http.put(at(request) + "/merge", Wire.object().put("sha", head)).map(GitLab::request);
  }

  /** It wants numbers; whom it does not find by name is left out, and groups cannot be asked. */
  @Override
  public Answer<Ack> askReviewers(PullRequest request, Reviewers reviewers) {
    ArrayNode ids = Wire.array(List.of());
    for (String user : reviewers.users()) {
      Answer<JsonNode> found = http.get("/users?username=" + Wire.encode(user));
      if (found instanceof Answer.Done<JsonNode>(var list) && list.path(0).path("id").isNumber()) {
        ids.add(list.path(0).path("id").asLong());
      }
    }
    return ids.isEmpty()
        ? Answer.done(Ack.ACK)
        : http.put(at(request), Wire.object().set("reviewer_ids", ids)).ack();
  }

  @Override
  public Answer<Ack> comment(PullRequest request, String text) {
    return http.post(at(request) + "/notes", Wire.object().put("body", text)).ack();
  }

  @Override
  public Answer<Ack> close(PullRequest request) {
    return http.put(at(request), Wire.object().put("state_event", "close")).ack();
  }

  @Override
  public Answer<Ack> mark(String commit, Mark mark, String text, String url) {
    ObjectNode body =
        Wire.object()
            .put(
                "state",
                switch (mark) {
                  case Pending -> "pending";
                  case Success -> "success";
                  case Failure -> "failed";
                })
            .put("name", "palinode")
            .put("description", Wire.cut(text, 255))
            .put("target_url", url);
    return http.post(project + "/statuses/" + commit, body).ack();
  }

  /** Who wrote a commit is told by mail address only, and accounts cannot be found by it. */
  @Override
  public Answer<Optional<String>> accountOf(String commit) {
    return Answer.done(Optional.empty());
  }

  @Override
  public String pageOf(String commit) {
    return commits + commit;
  }

  @Override
  public List<String> ownersAt() {
    return List.of("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS");
  }

  private String at(PullRequest request) {
    return project + "/merge_requests/" + request.number();
  }
}
