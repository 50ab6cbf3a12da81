package dev.palinode.gitwriter.forge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.gitwriter.forge.FakeHost.Checks;
import dev.palinode.gitwriter.forge.FakeHost.Request;
import dev.palinode.gitwriter.forge.PullRequest.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Shapes of docs.gitlab.com/api/merge_requests, and of its words. */
final class FakeGitLab extends FakeApi {
  private static final String PROJECT = "/projects/shop%2Fteam%2Fdeploy";
  private static final String ONE = PROJECT + "/merge_requests/(\\d+)";

  FakeGitLab(FakeHost host) {
    super(host);
    on("GET", PROJECT + "/merge_requests", this::list);
    on("POST", PROJECT + "/merge_requests", this::create);
    on("GET", ONE, t -> ok(json(at(t))));
    on("PUT", ONE, this::edit);
    on("PUT", ONE + "/merge", this::merge);
    on(
        "POST",
        ONE + "/notes",
        t -> {
          at(t).comments.add(t.body().path("body").asText());
          return said(201, object());
        });
    on("GET", "/users", this::user);
    on(
        "POST",
        PROJECT + "/statuses/([0-9a-f]{40})",
        t -> {
          String state = t.body().path("state").asText();
          host.marks.put(t.part(1), state.equals("failed") ? "failure" : state);
          return said(201, object());
        });
  }

  private Said list(Turn t) {
    String head = t.call().one("source_branch");
    return ok(
        list(host.newest().stream().filter(r -> r.head.equals(head)).map(this::json).toList()));
  }

  private Said create(Turn t) {
    String head = t.body().path("source_branch").asText();
    if (host.openOf(head).isPresent()) {
      ObjectNode body = object();
      body.putArray("message")
          .add(
              "Another open merge request already exists for this source branch: !"
                  + host.openOf(head).get().number);
      return said(409, body);
    }
    if (!host.hasDiff) {
      return said(422, under("message", under("base", object()).put("error", "no commits")));
    }
    return said(
        201,
        json(
            host.open(
                head,
                t.body().path("target_branch").asText(),
                t.body().path("title").asText(),
                t.body().path("description").asText())));
  }

  private Said edit(Turn t) {
    Request request = at(t);
    if (t.body().has("title")) {
      request.title = t.body().path("title").asText();
      request.body = t.body().path("description").asText();
    }
    if (t.body().path("state_event").asText().equals("close")) {
      host.close(request);
    }
    List<String> names = new ArrayList<>(host.users);
    t.body().path("reviewer_ids").forEach(id -> request.reviewers.add(names.get(id.asInt())));
    return ok(json(request));
  }

  private Said user(Turn t) {
    List<String> names = new ArrayList<>(host.users);
    int id = names.indexOf(t.call().one("username"));
    return ok(list(id < 0 ? List.of() : List.of(object().put("id", id))));
  }

  private Said merge(Turn t) {
    Request request = at(t);
    if (!t.body().path("sha").asText().equals(host.sha(request))) {
      return said(409, message("SHA does not match HEAD of source branch: " + host.sha(request)));
    }
    if (!host.mayMerge()) {
      return said(
          405, message(host.mergeRefusal.isEmpty() ? "405 Method Not Allowed" : host.mergeRefusal));
    }
    host.merge(request);
    return ok(json(request));
  }

  private ObjectNode json(Request r) {
    ObjectNode json =
        object()
            .put("iid", r.number)
            .put(
                "web_url",
                "https://gitlab.example.com/shop/team/deploy/-/merge_requests/" + r.number)
            .put("title", r.title)
            .put(
                "state", r.state == State.Open ? "opened" : r.state.name().toLowerCase(Locale.ROOT))
            .put("source_branch", r.head)
            .put("sha", host.sha(r))
            .put("merge_commit_sha", r.merged)
            .put("detailed_merge_status", host.wantsTip ? "need_rebase" : "mergeable");
    if (host.checks != Checks.None) {
      json.putObject("head_pipeline")
          .put(
              "status",
              switch (host.checks) {
                case Pending -> "running";
                case Failed -> "failed";
                default -> "success";
              });
    }
    return json;
  }
}
