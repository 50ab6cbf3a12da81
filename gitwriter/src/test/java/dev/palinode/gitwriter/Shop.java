package dev.palinode.gitwriter;

import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.RevertSpec;
import dev.palinode.crds.Weight;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The app that these tests ship and take back. */
public final class Shop {
  public static final String PATH = "apps/checkout";
  public static final String DEPLOYMENT = "apps/checkout/deployment.yaml";
  public static final String CONFIG = "apps/checkout/config.yaml";
  public static final String GOOD_IMAGE = "registry/checkout:2.4.0";
  public static final String BAD_IMAGE = "registry/checkout:2.4.1";
  public static final Instant T0 = Instant.parse("2026-11-01T10:00:00Z");
  public static final Instant ASKED = Instant.parse("2026-11-01T20:00:00Z");

  private Shop() {}

  public static String deployment(String image) {
    return """
    # the checkout service
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: checkout
      namespace: shop
    spec:
      replicas: 3
      paused: true
      template:
        metadata:
          labels: {app: checkout}
        spec:
          containers:
          - name: checkout
            image: %s   # the release
            envFrom:
            - configMapRef: {name: checkout-config}
    """
        .formatted(image);
  }

  public static String config(String timeout) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: checkout-config, namespace: shop}
    data: {timeout: %s}
    """
        .formatted(timeout);
  }

  public static String otherDeployment(String name) {
    return deployment("registry/other:1").replace("checkout", name);
  }

  public static Map<String, String> good() {
    return Map.of(DEPLOYMENT, deployment(GOOD_IMAGE), CONFIG, config("1s"), "README.md", "hello\n");
  }

  public static Map<String, String> bad() {
    return Map.of(DEPLOYMENT, deployment(BAD_IMAGE));
  }

  public static GitTargetSpec.Grant grant(String path) {
    return new GitTargetSpec.Grant("prod-eu", List.of("shop"), List.of(path));
  }

  public static RevertSpec.ObjectRef object() {
    return new RevertSpec.ObjectRef("apps/v1", "Deployment", "shop", "checkout");
  }

  public static RevertSpec.State state(@Nullable String revision, String image) {
    return new RevertSpec.State(revision, "sha256:" + image, Map.of("checkout", image));
  }

  public static Wish wish(String url) {
    return new Wish(
        new Intent(
            "7f9c2d41aa",
            "prod-eu",
            new Repository(url, "main"),
            PATH,
            List.of(),
            object(),
            state(null, BAD_IMAGE),
            state(null, GOOD_IMAGE),
            new RevertSpec.Reason("errors", "4.8%", "0.6%", 1, Weight.percent(5), 1840L, null),
            ASKED,
            List.of(grant("apps/checkout/")),
            Duration.ofDays(30),
            new GitTargetSpec.Author("Palinode", "palinode@example.com"),
            new GitTargetSpec.Budget(6_000),
            false));
  }

  /** An intent with one thing changed. */
  public record Wish(Intent intent) {
    public Wish id(String id) {
      return with(
          id,
          intent.path(),
          intent.files(),
          intent.failed(),
          intent.lastGood(),
          intent.reason(),
          intent.grants());
    }

    public Wish path(String path) {
      return with(
          intent.id(),
          path,
          intent.files(),
          intent.failed(),
          intent.lastGood(),
          intent.reason(),
          intent.grants());
    }

    public Wish files(String... files) {
      return with(
          intent.id(),
          intent.path(),
          List.of(files),
          intent.failed(),
          intent.lastGood(),
          intent.reason(),
          intent.grants());
    }

    public Wish revisions(@Nullable String failed, @Nullable String good) {
      return states(state(failed, BAD_IMAGE), state(good, GOOD_IMAGE));
    }

    public Wish states(RevertSpec.State failed, RevertSpec.State good) {
      return with(
          intent.id(),
          intent.path(),
          intent.files(),
          failed,
          good,
          intent.reason(),
          intent.grants());
    }

    public Wish reason(RevertSpec.Reason reason) {
      return with(
          intent.id(),
          intent.path(),
          intent.files(),
          intent.failed(),
          intent.lastGood(),
          reason,
          intent.grants());
    }

    public Wish grants(GitTargetSpec.Grant... grants) {
      return with(
          intent.id(),
          intent.path(),
          intent.files(),
          intent.failed(),
          intent.lastGood(),
          intent.reason(),
          List.of(grants));
    }

    public Wish skippingCi() {
      return new Wish(
          new Intent(
              intent.id(),
              intent.cluster(),
              intent.repository(),
              intent.path(),
              intent.files(),
              intent.object(),
              intent.failed(),
              intent.lastGood(),
              intent.reason(),
              intent.createdAt(),
              intent.grants(),
              intent.maxAge(),
              intent.author(),
              intent.budget(),
              true));
    }

    private Wish with(
        String id,
        String path,
        List<String> files,
        RevertSpec.State failed,
        RevertSpec.State good,
        RevertSpec.@Nullable Reason reason,
        List<GitTargetSpec.Grant> grants) {
      return new Wish(
          new Intent(
              id,
              intent.cluster(),
              intent.repository(),
              path,
              files,
              intent.object(),
              failed,
              good,
              reason,
              intent.createdAt(),
              grants,
              intent.maxAge(),
              intent.author(),
              intent.budget(),
              intent.skipCi()));
    }
  }
}
