package dev.palinode.gitwriter.forge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.gitwriter.forge.FakeHost.Checks;
import dev.palinode.gitwriter.forge.FakeHost.Request;
import dev.palinode.gitwriter.forge.PullRequest.State;
import java.util.Locale;

/** Shapes of Bitbucket Data Center's REST 1.0: every change names the version it is based on. */
final class FakeBitbucketDataCenter extends FakeApi {
  private static final String REPO = "/api/1.0/projects/SHOP/repos/deploy";
  private static final String ONE = REPO + "/pull-requests/(\\d+)";

  FakeBitbucketDataCenter(FakeHost host) {
    super(host);
    on("GET", REPO + "/pull-requests", this::list);
    on("POST", REPO + "/pull-requests", this::create);
    on("GET", ONE, t -> ok(json(at(t))));
    on("PUT", ONE, this::edit);
    on(
        "GET",
        ONE + "/merge",
        _ ->
            ok(
                object()
                    .put("canMerge", host.mergeRefusal.isEmpty())
                    .put("conflicted", host.wantsTip)));
    on("POST", ONE + "/merge", this::merge);
    on(
        "POST",
        ONE + "/decline",
        t -> {
          if (isOutdated(t)) {
            return outdated();
          }
          host.close(at(t));
          return ok(json(at(t)));
        });
    on(
        "POST",
        ONE + "/comments",
        t -> {
          at(t).comments.add(t.body().path("text").asText());
          return said(201, object());
        });
    on(
        "GET",
        "/build-status/1.0/commits/stats/([0-9a-f]{40})",
        _ ->
            ok(
                object()
                    .put("successful", host.checks == Checks.Passed ? 1 : 0)
                    .put("inProgress", host.checks == Checks.Pending ? 1 : 0)
                    .put("failed", host.checks == Checks.Failed ? 1 : 0)));
    on(
        "POST",
        "/build-status/1.0/commits/([0-9a-f]{40})",
        t -> {
          host.marks.put(
              t.part(1), t.body().path("state").asText().equals("FAILED") ? "failure" : "other");
          return new Said(204, null);
        });
    on(
        "GET",
        REPO + "/commits/([0-9a-f]{40})",
        t -> {
          String name = host.accounts.get(t.part(1));
          return ok(under("author", object().put("name", name).put("slug", name)));
        });
  }

  private Said list(Turn t) {
    boolean outgoing =
        t.call().one("direction").equals("OUTGOING") && t.call().one("state").equals("ALL");
    return ok(
        under(
            "values",
            list(
                host.newest().stream()
                    .filter(r -> outgoing && t.call().one("at").equals("refs/heads/" + r.head))
                    .map(this::json)
                    .toList())));
  }

  private Said create(Turn t) {
    String head = t.body().at("/fromRef/id").asText().replace("refs/heads/", "");
    if (host.openOf(head).isPresent()) {
      return conflict(
          "com.atlassian.bitbucket.pull.DuplicatePullRequestException",
          "Only one pull request may be open for a given source and target branch");
    }
    if (!host.hasDiff) {
      return conflict(
          "com.atlassian.bitbucket.pull.EmptyPullRequestException", "is already up-to-date");
    }
    return said(
        201,
        json(
            host.open(
                head,
                t.body().at("/toRef/id").asText().replace("refs/heads/", ""),
                t.body().path("title").asText(),
                t.body().path("description").asText())));
  }

  private static Said conflict(String type, String words) {
    ObjectNode body = object();
    body.putArray("errors").addObject().put("message", words).put("exceptionName", type);
    return said(409, body);
  }

  private boolean isOutdated(Turn t) {
    return !t.call().one("version").equals(String.valueOf(at(t).version));
  }

  private static Said outdated() {
    return conflict(
        "com.atlassian.bitbucket.pull.PullRequestOutOfDateException",
        "You are attempting to modify a pull request based on out-of-date information.");
  }

  private Said edit(Turn t) {
    Request request = at(t);
    if (t.body().path("version").asInt(-1) != request.version) {
      return outdated();
    }
    request.version++;
    request.title = t.body().path("title").asText();
    request.body = t.body().path("description").asText();
    request.reviewers.clear();
    t.body().path("reviewers").forEach(r -> request.reviewers.add(r.at("/user/name").asText()));
    return ok(json(request));
  }

  private Said merge(Turn t) {
    if (isOutdated(t)) {
      return outdated();
    }
    if (!host.mergeRefusal.isEmpty()) {
      return conflict("com.atlassian.bitbucket.pull.PullRequestMergeVetoedException", "vetoed");
    }
    host.merge(at(t));
    return ok(json(at(t)));
  }

  private ObjectNode json(Request r) {
    ObjectNode json =
        object()
            .put("id", r.number)
            .put("version", r.version)
            .put("title", r.title)
            .put("description", r.body)
            .put(
                "state",
                r.state == State.Closed ? "DECLINED" : r.state.name().toUpperCase(Locale.ROOT));
    json.putObject("fromRef").put("id", "refs/heads/" + r.head).put("latestCommit", host.sha(r));
    json.putObject("links")
        .putArray("self")
        .addObject()
        .put("href", "https://bb.example.com/projects/SHOP/repos/deploy/pull-requests/" + r.number);
    if (r.merged != null) {
      json.putObject("properties").putObject("mergeCommit").put("id", r.merged);
    }
    r.reviewers.forEach(
        n -> json.withArray("reviewers").addObject().putObject("user").put("name", n));
    return json;
  }
}
