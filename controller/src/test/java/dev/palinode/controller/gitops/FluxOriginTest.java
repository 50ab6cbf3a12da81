package dev.palinode.controller.gitops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.controller.decide.Origin;
import dev.palinode.crds.CanarySpec.Source;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FluxOriginTest {
  private static final String BAD = "b".repeat(40);
  private static final String GOOD = "9".repeat(40);

  @Test
  void kustomizationAndRepository_tellThePlaceAndBothRevisions() {
    Trace trace =
        FluxOrigin.read(
            kustomization(
                "path: ./apps/web, prune: true",
                "lastAttemptedRevision: 'main@sha1:"
                    + BAD
                    + "', lastAppliedRevision: 'main@sha1:"
                    + GOOD
                    + "'"),
            repository("url: 'https://git.example.com/shop.git', ref: {branch: main}"));

    assertThat(trace)
        .isEqualTo(
            new Trace.Found(
                new Origin(
                    new Source("https://git.example.com/shop.git", "main", "apps/web"),
                    Optional.of(BAD),
                    Optional.of(GOOD))));
  }

  @Test
  void nothingApplied_leavesTheRevisionsOpen() {
    Trace trace = FluxOrigin.read(kustomization("prune: true", ""), repository("url: 'file:///r'"));

    assertThat(trace)
        .isEqualTo(
            new Trace.Found(
                new Origin(
                    new Source("file:///r", "master", ""), Optional.empty(), Optional.empty())));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          {branch: main}                                 | main
          {branch: main, tag: v1}                        | -
          {branch: main, semver: '>=1'}                  | -
          {branch: main, commit: abc}                    | -
          {name: refs/heads/release/2, branch: main}     | release/2
          {name: refs/tags/v1, branch: main}             | -
          {name: '', commit: '', tag: '', branch: ''}    | master
          {}                                             | master
          """)
  void branch_isTheOneThatFluxFollows(String ref, String branch) {
    Trace trace = FluxOrigin.read(kustomization("path: x", ""), repository("url: u, ref: " + ref));

    if (branch == null) {
      assertThat(trace).isInstanceOf(Trace.Untraceable.class);
    } else {
      assertThat(trace)
          .isInstanceOfSatisfying(
              Trace.Found.class, f -> assertThat(f.origin().source().branch()).isEqualTo(branch));
    }
  }

  private static GenericKubernetesResource kustomization(String spec, String status) {
    return object("Kustomization", spec, status);
  }

  private static GenericKubernetesResource repository(String spec) {
    return object("GitRepository", spec, "");
  }

  private static GenericKubernetesResource object(String kind, String spec, String status) {
    return Serialization.unmarshal(
        "---\n{apiVersion: x/v1, kind: %s, metadata: {name: apps, namespace: flux-system}, spec: {%s}, status: {%s}}"
            .formatted(kind, spec, status),
        GenericKubernetesResource.class);
  }
}
