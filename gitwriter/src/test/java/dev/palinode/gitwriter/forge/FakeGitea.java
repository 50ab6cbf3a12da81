package dev.palinode.gitwriter.forge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.gitwriter.forge.FakeHost.Checks;
import dev.palinode.gitwriter.forge.FakeHost.Request;
import dev.palinode.gitwriter.forge.PullRequest.State;

/** Shapes and words of Gitea's API, version 1. Its list is cut into pages and knows no heads. */
final class FakeGitea extends FakeApi {
  private static final String REPO = "/repos/shop/deploy";

  FakeGitea(FakeHost host) {
    super(host);
    on("GET", REPO + "/pulls", this::list);
    on("POST", REPO + "/pulls", this::create);
    on("GET", REPO + "/pulls/(\\d+)", t -> ok(json(at(t))));
    on("PATCH", REPO + "/pulls/(\\d+)", this::edit);
    on("POST", REPO + "/pulls/(\\d+)/merge", this::merge);
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
    on("GET", REPO + "/commits/([0-9a-f]{40})/status", _ -> ok(status()));
    on(
        "GET",
        REPO + "/git/commits/([0-9a-f]{40})",
        t -> ok(under("author", object().put("login", host.accounts.get(t.part(1))))));
  }

  private ObjectNode status() {
    int count = host.checks == Checks.None ? 0 : 1;
    return object()
        .put(
            "state",
            switch (host.checks) {
              case None -> "";
              case Pending -> "pending";
              case Failed -> "failure";
              case Passed -> "success";
            })
        .put("total_count", count);
  }

  private Said list(Turn t) {
    long limit = Long.parseLong(t.call().one("limit"));
    long page = Long.parseLong(t.call().one("page"));
    return ok(
        list(
            host.newest().stream().skip((page - 1) * limit).limit(limit).map(this::json).toList()));
  }

  private Said create(Turn t) {
    String head = t.body().path("head").asText();
    if (host.openOf(head).isPresent()) {
      return said(
          409,
          message("pull request already exists for these targets [id: 1, head_branch: " + head));
    }
    if (!host.hasDiff) {
      return said(422, message("no changes between the head and the base"));
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

  private Said edit(Turn t) {
    Request request = at(t);
    if (t.body().has("title")) {
      request.title = t.body().path("title").asText();
      request.body = t.body().path("body").asText();
    }
    if (t.body().path("state").asText().equals("closed")) {
      host.close(request);
    }
    return said(201, json(request));
  }

  private Said merge(Turn t) {
    Request request = at(t);
    if (!t.body().path("head_commit_id").asText().equals(host.sha(request))) {
      return said(409, message("head out of date"));
    }
    if (!host.mayMerge() || host.wantsTip) {
      return said(
          405, message(host.mergeRefusal.isEmpty() ? "Please try again later" : host.mergeRefusal));
    }
    host.merge(request);
    return new Said(200, null);
  }

  private Said review(Turn t) {
    for (var name : t.body().path("reviewers")) {
      if (!host.users.contains(name.asText())) {
        return said(404, message("user does not exist"));
      }
    }
    t.body().path("reviewers").forEach(n -> at(t).reviewers.add(n.asText()));
    t.body().path("team_reviewers").forEach(n -> at(t).reviewers.add(n.asText()));
    return said(201, list(java.util.List.of()));
  }

  private ObjectNode json(Request r) {
    ObjectNode json =
        object()
            .put("number", r.number)
            .put("html_url", "https://gitea.example.com/shop/deploy/pulls/" + r.number)
            .put("title", r.title)
            .put("state", r.state == State.Open ? "open" : "closed")
            .put("merged", r.state == State.Merged)
            .put("merge_commit_sha", r.merged)
            .put("mergeable", r.state == State.Open);
    json.putObject("head").put("ref", r.head).put("sha", host.sha(r));
    json.putObject("base").put("ref", r.base);
    return json;
  }
}
