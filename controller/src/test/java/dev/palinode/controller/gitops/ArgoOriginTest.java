package dev.palinode.controller.gitops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.controller.decide.Origin;
import dev.palinode.crds.CanarySpec.Source;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgoOriginTest {
  private static final String BAD = "b".repeat(40);
  private static final String GOOD = "9".repeat(40);
  private static final Trace FOUND =
      new Trace.Found(
          new Origin(
              new Source("https://git.example.com/shop.git", "main", "apps/web"),
              Optional.of(BAD),
              Optional.of(GOOD)));

  @Test
  void singleSource_tellsThePlaceAndBothRevisions() {
    assertThat(
            read(
                """
                spec:
                  source: {repoURL: 'https://git.example.com/shop.git', targetRevision: main, path: ./apps/web}
                status:
                  operationState: {phase: Running, syncResult: {revision: '%s'}}
                  history: [{id: 0, revision: '%s'}, {id: 1, revision: '%s'}]
                """
                    .formatted(BAD, "1".repeat(40), GOOD)))
        .isEqualTo(FOUND);
  }

  @Test
  void severalSources_theOneWithManifestsCounts() {
    assertThat(
            read(
                """
                spec:
                  sources:
                  - {repoURL: 'https://charts.example.com', chart: redis, targetRevision: 1.2.3}
                  - {repoURL: 'https://git.example.com/shop.git', targetRevision: refs/heads/main, path: apps/web}
                  - {repoURL: 'https://git.example.com/values.git', targetRevision: main, ref: values}
                status:
                  operationState: {syncResult: {revisions: ['1.2.3', '%s', '%s']}}
                  history: [{revisions: ['1.2.3', '%s', '%s']}]
                """
                    .formatted(BAD, GOOD, GOOD, BAD)))
        .isEqualTo(FOUND);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "source: {repoURL: r, path: p, targetRevision: HEAD}",
        "source: {repoURL: r, path: p}",
        "source: {repoURL: r, path: p, targetRevision: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb}",
        "source: {repoURL: r, chart: c, targetRevision: 1.0.0}",
        "sources: [{repoURL: r, path: p}, {repoURL: q, path: p}]",
        "sourceHydrator: {drySource: {}}",
        "sourceHydrator: {drySource: {repoURL: r, path: p, targetRevision: HEAD}}",
        "sourceHydrator: {drySource: {repoURL: r, path: p, targetRevision: main}, hydrateTo:"
            + " {targetBranch: next}}"
      })
  void placeThatCannotBeWritten_isUntraceable(String spec) {
    assertThat(read("spec: {" + spec + "}")).isInstanceOf(Trace.Untraceable.class);
  }

  /** The synced branch is written by a program; a revert there would not see the next hydration. */
  @Test
  void scenario26_hydratedApplication_isTracedToWhatItIsHydratedFrom() {
    assertThat(
            read(
                """
                spec:
                  sourceHydrator:
                    drySource: {repoURL: 'https://git.example.com/shop.git', targetRevision: main, path: apps/web}
                    syncSource: {targetBranch: env/prod, path: web}
                status:
                  operationState: {syncResult: {revision: '%1$s'}}
                  history: [{revision: '%2$s'}]
                  sourceHydrator:
                    currentOperation: {drySHA: '%3$s', hydratedSHA: '%1$s', phase: Hydrated}
                    lastSuccessfulOperation: {drySHA: '%4$s', hydratedSHA: '%2$s'}
                """
                    .formatted("c".repeat(40), "d".repeat(40), BAD, GOOD)))
        .isEqualTo(FOUND);
  }

  @Test
  void hydratedCommitOfUnknownOrigin_hasNoRevision() {
    Trace trace =
        read(
            """
            spec:
              sourceHydrator:
                drySource: {repoURL: 'https://git.example.com/shop.git', targetRevision: main, path: apps/web}
            status:
              history: [{revision: '%s'}]
              sourceHydrator:
                lastSuccessfulOperation: {drySHA: '%s', hydratedSHA: '%s'}
            """
                .formatted("d".repeat(40), GOOD, "e".repeat(40)));
    assertThat(((Trace.Found) trace).origin().applied()).isEmpty();
  }

  private static Trace read(String rest) {
    return ArgoOrigin.read(
        Serialization.unmarshal(
            "apiVersion: argoproj.io/v1alpha1\n"
                + "kind: Application\n"
                + "metadata: {name: web, namespace: argocd}\n"
                + rest,
            GenericKubernetesResource.class));
  }
}
