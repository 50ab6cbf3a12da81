package dev.palinode.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.palinode.testbed.GitRepository;
import dev.palinode.testbed.Testbed;
import dev.palinode.testbed.mesh.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * An app with a repository and load of its own; the benchmark applies its git as an agent would.
 */
record Shop(Testbed testbed, App app, GitRepository git, Path pushed) {
  private static final String GOOD = "1.0.0";
  private static final int REQUESTS_PER_SECOND = 100;

  /** So many bad answers show that a release with every second one bad is harmful. */
  private static final int TELLING = 10;

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  static Shop open(Testbed testbed, App app) throws IOException {
    GitRepository git = testbed.git().createRepository(app.name());
    Path pushed = git.path().resolve("pushed");
    Path hook = git.path().resolve("hooks").resolve("post-receive");
    Files.createDirectories(hook.getParent());
    Files.writeString(
        hook,
        "#!/bin/sh\nat=$(date +%%s%%N)\nread old new ref\necho $at $new >>'%s'\n"
            .formatted(pushed));
    if (!hook.toFile().setExecutable(true)) {
      throw new IOException("cannot make " + hook + " executable");
    }
    Shop shop = new Shop(testbed, app, git, pushed);
    String source = "{url: \"%s\", branch: main, path: app}".formatted(git.url());
    git.commit(
        Map.of("app/app.yaml", app.deployment(GOOD), "app/canary.yaml", app.canary(source)),
        "Open " + app.name());
    testbed.controlPlane().apply(shop.target());
    for (String yaml :
        List.of(app.deployment(GOOD), app.service(), app.virtualService(), app.canary(source))) {
      testbed.controlPlane().apply(yaml);
    }
    testbed.mesh().rate(app.host(), REQUESTS_PER_SECOND);
    return shop;
  }

  private String target() {
    return """
    apiVersion: v1
    kind: Secret
    metadata: {name: %1$s-git, namespace: palinode-system}
    stringData: {token: %2$s}
    ---
    apiVersion: palinode.dev/v1alpha1
    kind: GitTarget
    metadata: {name: %1$s, namespace: palinode-system}
    spec:
      url: %3$s
      branch: main
      credentialsRef: {name: %1$s-git}
      grants:
      - {namespaces: [%4$s], paths: [app/]}
    """
        .formatted(app.name(), git.token(), git.url(), app.namespace());
  }

  /** Releases something bad, watches it fail, and goes back to rest with the revert. */
  Failure fail(int round, Sightings sightings) throws IOException, InterruptedException {
    String tag = "1.%d.0-err50".formatted(round);
    sightings.expect(app.name());
    git.commit(Map.of("app/app.yaml", app.deployment(tag)), "Release " + tag);
    testbed.controlPlane().apply(app.deployment(tag));
    Instant weighted = sightings.awaitWeight(app.name());
    Instant aborting = sightings.awaitAborting(app.name());
    Instant back = sightings.awaitRouteBack(app.name());
    Instant committed = awaitPush(round);
    Thread.sleep(Duration.ofSeconds(2));
    List<Request> requests =
        testbed.mesh().log().requests(aborting.minusSeconds(1)).stream()
            .filter(r -> r.host().equals(app.host()))
            .toList();
    Failure failure =
        new Failure(
            app.name(),
            aborting,
            back,
            committed,
            telling(weighted).map(at -> ReleaseBench.seconds(at, aborting)),
            share(requests, tag, aborting.minusSeconds(1), aborting),
            share(requests, tag, back.plusSeconds(1), back.plusSeconds(2)),
            requests.stream()
                .filter(r -> r.imageTag().equals(tag))
                .map(Request::time)
                .max(Instant::compareTo)
                .map(at -> ReleaseBench.seconds(back, at)));
    testbed.controlPlane().apply(git.file("main", "app/app.yaml"));
    sightings.awaitIdle(app.name());
    return failure;
  }

  private static Optional<Double> share(
      List<Request> requests, String tag, Instant from, Instant to) {
    List<Request> then =
        requests.stream().filter(r -> !r.time().isBefore(from) && r.time().isBefore(to)).toList();
    return then.isEmpty()
        ? Optional.empty()
        : Optional.of(
            then.stream().filter(r -> r.imageTag().equals(tag)).count() / (double) then.size());
  }

  private Instant awaitPush(int nth) throws IOException, InterruptedException {
    for (int i = 0; i < 1_200; i++) {
      List<String> lines = Files.exists(pushed) ? Files.readAllLines(pushed) : List.of();
      if (lines.size() >= nth) {
        long nanos = Long.parseLong(lines.get(nth - 1).split(" ", 2)[0]);
        return Instant.ofEpochSecond(0, nanos);
      }
      Thread.sleep(100);
    }
    throw new IllegalStateException(app.name() + ": no revert was pushed in time");
  }

  /**
   * The first scrape since then that saw enough bad answers, or the most that any saw if the
   * verdict needed fewer; the stable pods give none.
   */
  private Optional<Instant> telling(Instant since) {
    String query =
        "istio_requests_total{reporter=\"destination\",destination_service_name=\"%s\",response_code=~\"5..\"}[2m]"
            .formatted(app.name());
    URI uri =
        testbed
            .prometheus()
            .uri()
            .resolve("/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
    try {
      String answer =
          HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
      List<JsonNode> bad =
          StreamSupport.stream(JSON.readTree(answer).at("/data/result").spliterator(), false)
              .flatMap(series -> StreamSupport.stream(series.path("values").spliterator(), false))
              .filter(sample -> sample.path(0).asDouble() >= since.toEpochMilli() / 1e3)
              .filter(sample -> sample.path(1).asDouble() > 0)
              .toList();
      double most = bad.stream().mapToDouble(sample -> sample.path(1).asDouble()).max().orElse(0);
      return bad.stream()
          .filter(sample -> sample.path(1).asDouble() >= Math.min(TELLING, most))
          .map(sample -> Math.round(sample.path(0).asDouble() * 1e3))
          .min(Long::compare)
          .map(Instant::ofEpochMilli);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
