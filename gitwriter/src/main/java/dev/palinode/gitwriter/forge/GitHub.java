package dev.palinode.gitwriter.forge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.forge.Answer.Ack;
import dev.palinode.gitwriter.forge.PullRequest.State;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * GitHub and GitHub Enterprise Server: the REST API of version 2022-11-28 (docs.github.com/rest).
 */
final class GitHub implements Forge {
  static final ForgeHttp.Manner MANNER =
      new ForgeHttp.Manner(
          Credentials.Scheme.BEARER,
          Map.of("Accept", "application/vnd.github+json", "X-GitHub-Api-Version", "2022-11-28"));

  private static final int MAX_STATUS_TEXT = 140;

  private final ForgeHttp http;
  private final String owner;
  private final String repo;
  private final String commits;

  GitHub(ForgeHttp http, Place place) {
    this.http = http;
    this.commits = place.web() + "/commit/";
    this.owner = place.owner();
    this.repo = "/repos/" + Wire.encode(place.owner()) + "/" + Wire.encode(place.name());
  }

  @Override
  public Answer<List<PullRequest>> find(String head) {
    String query = "?state=all&per_page=100&head=" + Wire.encode(owner + ":" + head);
    // A filter that it does not understand is ignored, and then it lists everybody's.
    return http.get(repo + "/pulls" + query)
        .map(list ->
            Wire.each(
                list,
                p ->
                    p.path("head").path("ref").asText().equals(head)
                        ? Optional.of(request(p))
                        : Optional.empty()));
  }

  private static PullRequest request(JsonNode p) {
    boolean merged = p.path("merged").asBoolean() || p.hasNonNull("merged_at");
    return new PullRequest(
        p.path("number").asLong(),
        p.path("html_url").asText(),
        merged ? State.Merged : p.path("state").asText().equals("open") ? State.Open : State.Closed,
        p.path("head").path("sha").asText(),
        merged ? Wire.text(p.path("merge_commit_sha")) : Optional.empty());
  }

  @Override
  public Answer<PullRequest> create(Draft draft) {
    ObjectNode body =
        Wire.object()
            .put("title", draft.title())
            .put("body", draft.body())
            .put("head", draft.head())
            .put("base", draft.base())
            .put("maintainer_can_modify", false);
    Answer<PullRequest> made = http.post(repo + "/pulls", body).map(GitHub::request);
    return made instanceof Answer.Refused<PullRequest>(var status, var words)
            && status == 422
            && Wire.says(words, "already exists")
        ? find(draft.head()).then(found -> Wire.openOne(found, made))
        : made;
  }

  @Override
  public Answer<Standing> read(PullRequest request) {
    return http.get(at(request)).map(GitHub::standing);
  }

  /** {@code mergeable_state} counts every check, required or not: only clean is merged. */
  private static Standing standing(JsonNode p) {
    PullRequest request = request(p);
    return switch (p.path("mergeable_state").asText()) {
      case "clean", "has_hooks" -> Standing.ready(request);
      case "behind" ->
          new Standing(request, Standing.Readiness.Behind, "the branch must stand on the tip");
      case "dirty" -> new Standing(request, Standing.Readiness.Conflicting, "it conflicts");
      case "unstable" -> Standing.waiting(request, "not all checks have passed");
      case "blocked" ->
          Standing.waiting(request, "reviews or checks that the branch asks for are missing");
      case "draft" -> Standing.waiting(request, "it is a draft");
      default ->
          Standing.waiting(request, "GitHub has not worked out yet whether it can be merged");
    };
  }

  @Override
  public Answer<Ack> describe(PullRequest request, String title, String body) {
    return http.patch(at(request), Wire.object().put("title", title).put("body", body)).ack();
  }

  @Override
  public Answer<PullRequest> merge(PullRequest request, String head) {
    return merge(request, head, List.of("merge", "squash", "rebase"));
  }

  /** A repository may allow only some methods; the first that it allows is taken. */
  private Answer<PullRequest> merge(PullRequest request, String head, List<String> methods) {
    ObjectNode body = Wire.object().put("sha", head).put("merge_method", methods.getFirst());
    Answer<PullRequest> done =
        http.put(at(request) + "/merge", body)
            .map(m ->
                new PullRequest(
                    request.number(),
                    request.url(),
                    m.path("merged").asBoolean() ? State.Merged : State.Open,
                    head,
                    Wire.text(m.path("sha"))));
    return done instanceof Answer.Refused<PullRequest>(var status, var words)
            && status == 405
            && Wire.says(words, "are not allowed on this repository")
            && methods.size() > 1
        ? merge(request, head, methods.subList(1, methods.size()))
        : done;
  }

  /** One unknown name makes it refuse all of them, so then each is asked alone. */
  @Override
  public Answer<Ack> askReviewers(PullRequest request, Reviewers reviewers) {
    List<String> users =
        Stream.concat(reviewers.users().stream(), reviewers.accounts().stream())
            .distinct()
            .toList();
    List<String> teams =
        reviewers.teams().stream().map(t -> t.substring(t.indexOf('/') + 1)).toList();
    Answer<Ack> all = ask(request, users, teams);
    if (!(all instanceof Answer.Refused<Ack>) || users.size() + teams.size() < 2) {
      return all;
    }
    users.forEach(user -> ask(request, List.of(user), List.of()));
    teams.forEach(team -> ask(request, List.of(), List.of(team)));
    return all;
  }

  private Answer<Ack> ask(PullRequest request, List<String> users, List<String> teams) {
    ObjectNode body = Wire.object();
    body.set("reviewers", Wire.array(users));
    body.set("team_reviewers", Wire.array(teams));
    return http.post(at(request) + "/requested_reviewers", body).ack();
  }

  @Override
  public Answer<Ack> comment(PullRequest request, String text) {
    String path = repo + "/issues/" + request.number() + "/comments";
    return http.post(path, Wire.object().put("body", text)).ack();
  }

  @Override
  public Answer<Ack> close(PullRequest request) {
    return http.patch(at(request), Wire.object().put("state", "closed")).ack();
  }

  @Override
  public Answer<Ack> mark(String commit, Mark mark, String text, String url) {
    ObjectNode body =
        Wire.object()
            .put("state", mark.name().toLowerCase(Locale.ROOT))
            .put("context", "palinode")
            .put("description", Wire.cut(text, MAX_STATUS_TEXT))
            .put("target_url", url);
    return http.post(repo + "/statuses/" + commit, body).ack();
  }

  @Override
  public Answer<Optional<String>> accountOf(String commit) {
    return http.get(repo + "/commits/" + commit)
        .map(c -> Wire.text(c.path("author").path("login")));
  }

  @Override
  public String pageOf(String commit) {
    return commits + commit;
  }

  @Override
  public List<String> ownersAt() {
    return List.of(".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS");
  }

  private String at(PullRequest request) {
    return repo + "/pulls/" + request.number();
  }
}
