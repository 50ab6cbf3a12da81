package dev.palinode.gitwriter.forge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.gitwriter.forge.FakeHost.Checks;
import dev.palinode.gitwriter.forge.FakeHost.Request;
import dev.palinode.gitwriter.forge.PullRequest.State;

/** Shapes of docs.github.com/rest, and of its words. */
final class FakeGitHub extends FakeApi {
  private static final String REPO = "/repos/shop/deploy";

  FakeGitHub(FakeHost host) {
    super(host);
    on("GET", REPO + "/pulls", this::list);
    on("POST", REPO + "/pulls", this::create);
    on("GET", REPO + "/pulls/(\\d+)", t -> ok(json(at(t))));
    on("PATCH", REPO + "/pulls/(\\d+)", this::edit);
    on("PUT", REPO + "/pulls/(\\d+)/merge", this::merge);
    on("POST", REPO + "/pulls/(\\d+)/requested_reviewers", this::review);
    on(
        "POST",
        REPO + "/issues/(\\d+)/comments",
        t -> {
          at(t).comments.add(t.body().path("body").asText());
          return said(201, object());
        });
    on(
        "POST",
        REPO + "/statuses/([0-9a-f]{40})",
        t -> {
          host.marks.put(t.part(1), t.body().path("state").asText());
          return said(201, object());
        });
    on(
        "GET",
        REPO + "/commits/([0-9a-f]{40})",
        t -> ok(under("author", object().put("login", host.accounts.get(t.part(1))))));
  }

  private Said list(Turn t) {
    String head = t.call().one("head").replace("shop:", "");
    return ok(
        list(host.newest().stream().filter(r -> r.head.equals(head)).map(this::json).toList()));
  }

  private Said create(Turn t) {
    String head = t.body().path("head").asText();
    if (host.openOf(head).isPresent()) {
      return invalid("A pull request already exists for shop:" + head + ".");
    }
    if (!host.hasDiff) {
      return invalid("No commits between main and " + head);
    }
    return said(
        201,
        json(
            host.open(
                head,
                t.body().path("base").asText(),
                t.body().path("title").asText(),
                t.body().path("body").asText())));
  }

  private static Said invalid(String words) {
    ObjectNode body = object().put("message", "Validation Failed");
    body.putArray("errors").addObject().put("resource", "PullRequest").put("message", words);
    return said(422, body);
  }

  private Said edit(Turn t) {
    Request request = at(t);
    if (t.body().has("title")) {
      request.title = t.body().path("title").asText();
      request.body = t.body().path("body").asText();
    }
    if (t.body().path("state").asText().equals("closed")) {
      host.close(request);
    }
    return ok(json(request));
  }

  private Said merge(Turn t) {
    Request request = at(t);
    if (!t.body().path("sha").asText().equals(host.sha(request))) {
      return said(409, message("Head branch was modified. Review and try the merge again."));
    }
    if (!host.mayMerge() || request.state != State.Open) {
      return said(
          405,
          message(
              host.mergeRefusal.isEmpty() ? "Pull Request is not mergeable" : host.mergeRefusal));
    }
    host.merge(request);
    return ok(object().put("sha", request.merged).put("merged", true));
  }

  private Said review(Turn t) {
    for (var name : t.body().path("reviewers")) {
      if (!host.users.contains(name.asText())) {
        return said(422, message("Reviews may only be requested from collaborators."));
      }
    }
    t.body().path("reviewers").forEach(n -> at(t).reviewers.add(n.asText()));
    t.body().path("team_reviewers").forEach(n -> at(t).reviewers.add(n.asText()));
    return said(201, json(at(t)));
  }

  private ObjectNode json(Request r) {
    ObjectNode json =
        object()
            .put("number", r.number)
            .put("html_url", "https://github.com/shop/deploy/pull/" + r.number)
            .put("title", r.title)
            .put("state", r.state == State.Open ? "open" : "closed")
            .put("merged", r.state == State.Merged)
            .put("merged_at", r.state == State.Merged ? "2026-11-01T00:00:00Z" : null)
            .put("merge_commit_sha", r.merged)
            .put(
                "mergeable_state",
                host.wantsTip
                    ? "behind"
                    : host.checks == Checks.Pending || host.checks == Checks.Failed
                        ? "unstable"
                        : "clean");
    json.putObject("head").put("ref", r.head).put("sha", host.sha(r));
    json.putObject("base").put("ref", r.base);
    return json;
  }
}
