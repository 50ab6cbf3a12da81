package dev.palinode.gitwriter.forge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.gitwriter.forge.FakeHost.Request;
import java.util.List;

/** Shapes of Azure DevOps' REST 7.1, and of its TF words. */
final class FakeAzure extends FakeApi {
  private static final String REPO = "/shop/_apis/git/repositories/deploy";
  private static final String ONE = REPO + "/pullrequests/(\\d+)";

  FakeAzure(FakeHost host) {
    super(host);
    on("GET", REPO + "/pullrequests", this::list);
    on("POST", REPO + "/pullrequests", this::create);
    on("GET", ONE, t -> ok(json(at(t))));
    on("PATCH", ONE, this::edit);
    on("GET", ONE + "/statuses", _ -> ok(under("value", list(statuses()))));
    on(
        "POST",
        ONE + "/threads",
        t -> {
          at(t).comments.add(t.body().at("/comments/0/content").asText());
          return ok(object());
        });
    on(
        "POST",
        REPO + "/commits/([0-9a-f]{40})/statuses",
        t -> {
          host.marks.put(
              t.part(1), t.body().path("state").asText().equals("failed") ? "failure" : "other");
          return said(201, object());
        });
  }

  private List<ObjectNode> statuses() {
    return switch (host.checks) {
      case None -> List.of();
      case Pending -> List.of(status(1, "succeeded"), status(2, "pending"));
      case Failed -> List.of(status(1, "succeeded"), status(2, "failed"));
      case Passed -> List.of(status(2, "succeeded"), status(1, "failed"));
    };
  }

  private static ObjectNode status(int id, String state) {
    ObjectNode json = object().put("id", id).put("state", state);
    json.putObject("context").put("genre", "ci").put("name", "build");
    return json;
  }

  private Said list(Turn t) {
    boolean all = t.call().one("searchCriteria.status").equals("all");
    String ref = t.call().one("searchCriteria.sourceRefName");
    return ok(
        under(
            "value",
            list(
                host.newest().stream()
                    .filter(r -> all && ref.equals("refs/heads/" + r.head))
                    .map(this::json)
                    .toList())));
  }

  private Said create(Turn t) {
    String head = t.body().path("sourceRefName").asText().replace("refs/heads/", "");
    if (host.openOf(head).isPresent()) {
      return said(
          409,
          message(
              "TF401179: An active pull request for the source and target branch already exists."));
    }
    if (!host.hasDiff) {
      return said(400, message("TF401398: there is nothing to merge"));
    }
    return said(
        201,
        json(
            host.open(
                head,
                t.body().path("targetRefName").asText().replace("refs/heads/", ""),
                t.body().path("title").asText(),
                t.body().path("description").asText())));
  }

  private Said edit(Turn t) {
    Request request = at(t);
    if (t.body().has("title")) {
      request.title = t.body().path("title").asText();
      request.body = t.body().path("description").asText();
    }
    switch (t.body().path("status").asText()) {
      case "abandoned" -> host.close(request);
      case "completed" -> {
        String head = t.body().at("/lastMergeSourceCommit/commitId").asText();
        if (!head.equals(host.sha(request))) {
          return said(409, message("TF401192: The pull request has been updated by another push."));
        }
        if (!host.mergeRefusal.isEmpty()) {
          return said(409, message(host.mergeRefusal));
        }
        host.merge(request);
      }
      default -> {}
    }
    return ok(json(request));
  }

  private ObjectNode json(Request r) {
    ObjectNode json =
        object()
            .put("pullRequestId", r.number)
            .put("title", r.title)
            .put("sourceRefName", "refs/heads/" + r.head)
            .put(
                "status",
                switch (r.state) {
                  case Open -> "active";
                  case Merged -> "completed";
                  case Closed -> "abandoned";
                })
            .put("mergeStatus", host.wantsTip ? "conflicts" : "succeeded");
    json.putObject("lastMergeSourceCommit").put("commitId", host.sha(r));
    json.putObject("lastMergeCommit").put("commitId", r.merged == null ? "0" : r.merged);
    return json;
  }
}
