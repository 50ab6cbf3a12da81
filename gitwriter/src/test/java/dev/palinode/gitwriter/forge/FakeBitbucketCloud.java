package dev.palinode.gitwriter.forge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.gitwriter.forge.FakeHost.Request;
import java.util.List;

/**
 * Shapes of Bitbucket Cloud's REST 2.0: short hashes, no pinned merge, and no check for a second.
 */
final class FakeBitbucketCloud extends FakeApi {
  private static final String REPO = "/repositories/shop/deploy";
  private static final String ONE = REPO + "/pullrequests/(\\d+)";

  FakeBitbucketCloud(FakeHost host) {
    super(host);
    on("GET", REPO + "/pullrequests", this::list);
    on("POST", REPO + "/pullrequests", this::create);
    on("GET", ONE, t -> ok(json(at(t))));
    on("PUT", ONE, this::edit);
    on("POST", ONE + "/merge", this::merge);
    on(
        "POST",
        ONE + "/decline",
        t -> {
          host.close(at(t));
          return ok(json(at(t)));
        });
    on(
        "POST",
        ONE + "/comments",
        t -> {
          at(t).comments.add(t.body().at("/content/raw").asText());
          return said(201, object());
        });
    on("GET", ONE + "/statuses", _ -> ok(under("values", list(statuses()))));
    on(
        "POST",
        REPO + "/commit/([0-9a-f]{40})/statuses/build",
        t -> {
          host.marks.put(
              t.part(1), t.body().path("state").asText().equals("FAILED") ? "failure" : "other");
          return said(201, object());
        });
    on(
        "GET",
        REPO + "/commit/([0-9a-f]{40})",
        t ->
            ok(
                under(
                    "author",
                    under("user", object().put("account_id", host.accounts.get(t.part(1)))))));
  }

  private List<ObjectNode> statuses() {
    return switch (host.checks) {
      case None -> List.of();
      case Pending -> List.of(object().put("name", "ci").put("state", "INPROGRESS"));
      case Failed -> List.of(object().put("name", "ci").put("state", "FAILED"));
      case Passed -> List.of(object().put("name", "ci").put("state", "SUCCESSFUL"));
    };
  }

  private Said list(Turn t) {
    String q = t.call().one("q");
    List<String> states = t.call().query().getOrDefault("state", List.of("OPEN"));
    return ok(
        under(
            "values",
            list(
                host.requests.stream()
                    .filter(r -> q.equals("source.branch.name=\"" + r.head + "\""))
                    .filter(r -> states.contains(state(r)))
                    .map(this::json)
                    .toList())));
  }

  private Said create(Turn t) {
    if (!host.hasDiff) {
      return said(400, under("error", message("There are no changes to be pulled")));
    }
    return said(
        201,
        json(
            host.open(
                t.body().at("/source/branch/name").asText(),
                t.body().at("/destination/branch/name").asText(),
                t.body().path("title").asText(),
                t.body().path("description").asText())));
  }

  private Said edit(Turn t) {
    Request request = at(t);
    request.title = t.body().path("title").asText();
    if (t.body().has("description")) {
      request.body = t.body().path("description").asText();
    }
    request.reviewers.clear();
    t.body().path("reviewers").forEach(r -> request.reviewers.add(r.path("account_id").asText()));
    return ok(json(request));
  }

  private Said merge(Turn t) {
    if (!host.mergeRefusal.isEmpty() || host.wantsTip) {
      return said(400, under("error", message(host.mergeRefusal + "merge checks failed")));
    }
    host.merge(at(t));
    return ok(json(at(t)));
  }

  private static String state(Request r) {
    return switch (r.state) {
      case Open -> "OPEN";
      case Merged -> "MERGED";
      case Closed -> "DECLINED";
    };
  }

  private ObjectNode json(Request r) {
    ObjectNode json =
        object()
            .put("id", r.number)
            .put("title", r.title)
            .put("description", r.body)
            .put("state", state(r));
    json.putObject("links")
        .putObject("html")
        .put("href", "https://bitbucket.org/shop/deploy/pull-requests/" + r.number);
    ObjectNode source = json.putObject("source");
    source.putObject("branch").put("name", r.head);
    String sha = host.sha(r);
    source.putObject("commit").put("hash", sha.substring(0, Math.min(12, sha.length())));
    if (r.merged != null) {
      json.putObject("merge_commit").put("hash", r.merged);
    }
    r.reviewers.forEach(n -> json.withArray("reviewers").addObject().put("account_id", n));
    return json;
  }
}
