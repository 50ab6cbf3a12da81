package dev.palinode.gitwriter.forge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.forge.Answer.Ack;
import dev.palinode.gitwriter.forge.PullRequest.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Gitea and Forgejo: the REST API, version 1, as both serve it (docs.gitea.com/api). */
final class Gitea implements Forge {
  static final ForgeHttp.Manner MANNER = new ForgeHttp.Manner(Credentials.Scheme.TOKEN, Map.of());

  private static final int PAGE = 50;
  private static final int MAX_PAGES = 40;

  private final ForgeHttp http;
  private final String repo;
  private final String commits;

  /** Its list knows no filter by head that all versions share, so what was found is remembered. */
  private final Map<String, Long> numbers = new ConcurrentHashMap<>();

  Gitea(ForgeHttp http, Place place) {
    this.http = http;
    this.commits = place.web() + "/commit/";
    this.repo = "/repos/" + Wire.encode(place.owner()) + "/" + Wire.encode(place.name());
  }

  @Override
  public Answer<List<PullRequest>> find(String head) {
    Long number = numbers.get(head);
    if (number != null) {
      return http.get(repo + "/pulls/" + number).map(p -> List.of(request(p)));
    }
    return pages(head, 1, new ArrayList<>())
        .map(found -> {
          if (!found.isEmpty()) {
            numbers.put(head, found.getFirst().number());
          }
          return found;
        });
  }

  private Answer<List<PullRequest>> pages(String head, int page, List<PullRequest> found) {
    String query = "?state=all&limit=" + PAGE + "&page=" + page;
    return http.get(repo + "/pulls" + query)
        .then(list -> {
          list.forEach(p -> {
            if (p.path("head").path("ref").asText().equals(head)) {
              found.add(request(p));
            }
          });
          return list.size() < PAGE || page >= MAX_PAGES || !found.isEmpty()
              ? Answer.done(found)
              : pages(head, page + 1, found);
        });
  }

  private static PullRequest request(JsonNode p) {
    boolean merged = p.path("merged").asBoolean();
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
            .put("head", draft.head())
            .put("base", draft.base())
            .put("title", draft.title())
            .put("body", draft.body());
    Answer<PullRequest> made = http.post(repo + "/pulls", body).map(Gitea::request);
    return made instanceof Answer.Refused<PullRequest>(var status, var _) && status == 409
        ? find(draft.head()).then(found -> Wire.openOne(found, made))
        : made;
  }

  @Override
  public Answer<Standing> read(PullRequest request) {
    return http.get(at(request))
        .then(p -> {
          PullRequest now = request(p);
          if (!p.path("mergeable").asBoolean()) {
            return Answer.done(
                Standing.waiting(now, "the server cannot say yet that it can be merged"));
          }
          return http.get(repo + "/commits/" + now.head() + "/status").map(s -> checked(now, s));
        });
  }

  /** Approvals show only when a merge is tried: the server refuses it with the reason. */
  private static Standing checked(PullRequest request, JsonNode status) {
    String state = status.path("state").asText("");
    boolean none = status.path("total_count").asInt() == 0 && status.path("statuses").isEmpty();
    return none || state.equals("success")
        ? Standing.ready(request)
        : Standing.waiting(request, "its checks are " + state);
  }

  @Override
  public Answer<Ack> describe(PullRequest request, String title, String body) {
    return http.patch(at(request), Wire.object().put("title", title).put("body", body)).ack();
  }

  @Override
  public Answer<PullRequest> merge(PullRequest request, String head) {
    ObjectNode body = Wire.object().put("Do", "merge").put("head_commit_id", head);
    return http.post(at(request) + "/merge", body)
        .then(_ -> http.get(at(request)).map(Gitea::request));
  }

  @Override
  public Answer<Ack> askReviewers(PullRequest request, Reviewers reviewers) {
    List<String> users =
        Stream.concat(reviewers.users().stream(), reviewers.accounts().stream())
            .distinct()
            .toList();
    Answer<Ack> last = Answer.done(Ack.ACK);
    for (String user : users) {
      last = ask(request, "reviewers", user);
    }
    for (String team : reviewers.teams()) {
      last = ask(request, "team_reviewers", team.substring(team.indexOf('/') + 1));
    }
    return last;
  }

  /** One at a time: an unknown name makes it refuse all. */
  private Answer<Ack> ask(PullRequest request, String kind, String name) {
    return http.post(
            at(request) + "/requested_reviewers",
            Wire.object().set(kind, Wire.array(List.of(name))))
        .ack();
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
            .put("description", Wire.cut(text, 255))
            .put("target_url", url);
    return http.post(repo + "/statuses/" + commit, body).ack();
  }

  @Override
  public Answer<Optional<String>> accountOf(String commit) {
    return http.get(repo + "/git/commits/" + commit)
        .map(c -> Wire.text(c.path("author").path("login")));
  }

  @Override
  public String pageOf(String commit) {
    return commits + commit;
  }

  @Override
  public List<String> ownersAt() {
    return List.of("CODEOWNERS", "docs/CODEOWNERS", ".gitea/CODEOWNERS", ".forgejo/CODEOWNERS");
  }

  private String at(PullRequest request) {
    return repo + "/pulls/" + request.number();
  }
}
