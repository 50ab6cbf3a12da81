package dev.palinode.controller.ports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.Target;
import dev.palinode.controller.decide.Workload;
import dev.palinode.controller.decide.Workload.Owner;
import dev.palinode.controller.decide.Workload.ReplicaSet;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What the loop relies on, whoever provides the workloads. A subclass brings the cluster: its git
 * that declares, and its kubelets that make pods of what ReplicaSets want.
 */
public abstract class WorkloadsContract {
  protected static final WorkloadKey KEY =
      new WorkloadKey(new ObjectName("shop", "web"), "5f1d7a54-canary", "web");
  private static final int N = 3;

  protected abstract Workloads workloads();

  /** Declares the paused Deployment of {@link #KEY} with this image, or changes it to that. */
  protected abstract void declare(String image, int replicas);

  /** Lifts the hold behind the loop's back. */
  protected abstract void resume();

  /** Lets every ReplicaSet have the pods that it wants, all of them available. */
  protected abstract void settle();

  @Test
  void noDeployment_isMissingAndHasNothing() {
    assertThat(workloads().target(KEY)).isEqualTo(Observed.missing());
    assertThat(workloads().read(KEY)).isEqualTo(Observed.known(Workload.EMPTY));
    assertThat(workloads().origin(KEY)).isEqualTo(Observed.missing());
    assertThat(apply(new Effect.CreateCandidate(anyDigest()))).isInstanceOf(Outcome.Again.class);
  }

  @Test
  void declaredDeployment_isTheTarget() {
    declare("web:1", N);

    Target target = target();
    assertThat(target.image()).isEqualTo("web:1");
    assertThat(target.replicas()).isEqualTo(N);
    assertThat(target.paused()).isTrue();
    assertThat(target.podLabels()).isNotEmpty();
    assertThat(target.templateByAgent()).isTrue();
    assertThat(workload().replicaSets()).isEmpty();
    assertThat(workloads().targetNow(KEY)).isEqualTo(Observed.known(target));
  }

  @Test
  void otherImage_otherDigest_andBackAgain() {
    declare("web:1", N);
    String one = target().templateDigest();
    declare("web:2", N);
    assertThat(target().templateDigest()).isNotEqualTo(one);
    declare("web:1", N + 1);
    assertThat(target().templateDigest()).isEqualTo(one);
  }

  @Test
  void bootstrap_makesTheFirstReplicaSetOnce() {
    declare("web:1", N);
    Effect.OnWorkload first = new Effect.Bootstrap(target().templateDigest());

    assertThat(apply(first)).isEqualTo(Outcome.DONE);
    assertThat(apply(first)).isEqualTo(Outcome.DONE);
    settle();

    ReplicaSet only = only(workload().serving());
    assertThat(only.templateDigest()).isEqualTo(target().templateDigest());
    assertThat(only.owner()).isEqualTo(Owner.Deployment);
    assertThat(only.ours()).isFalse();
    assertThat(workload().stablePods()).hasSize(N);
    assertThat(only.replicas()).isEqualTo(N);
    assertThat(only.available()).isEqualTo(N);
    assertThat(only.pods()).isEqualTo(N);
    assertThat(only.hash()).isNotEmpty();
  }

  @Test
  void bootstrapAfterOthers_waitsUntilNoneServes() {
    ReplicaSet old = fullyServing("web:1");
    declare("web:2", N);
    Effect.OnWorkload first = new Effect.Bootstrap(target().templateDigest());

    assertThat(apply(first)).isInstanceOf(Outcome.Again.class);
    assertThat(apply(new Effect.ScaleToZero(List.of(old.name())))).isEqualTo(Outcome.DONE);
    settle();
    assertThat(apply(first)).isEqualTo(Outcome.DONE);
    settle();

    assertThat(only(workload().serving()).templateDigest()).isEqualTo(target().templateDigest());
    declare("web:1", N);
    apply(new Effect.ScaleToZero(workload().serving().stream().map(ReplicaSet::name).toList()));
    settle();
    assertThat(apply(new Effect.Bootstrap(old.templateDigest()))).isEqualTo(Outcome.DONE);
    settle();
    assertThat(only(workload().serving()).uid()).isEqualTo(old.uid());
    assertThat(only(workload().serving()).replicas()).isEqualTo(N);
  }

  @Test
  void templateChangedSince_nothingIsMadeOfIt() {
    declare("web:1", N);
    String old = target().templateDigest();
    declare("web:2", N);

    assertThat(apply(new Effect.Bootstrap(old))).isInstanceOf(Outcome.Again.class);
    assertThat(apply(new Effect.CreateCandidate(old))).isInstanceOf(Outcome.Again.class);
    assertThat(workload().replicaSets()).isEmpty();
  }

  @Test
  void candidate_isTheCanarysAndHasNoPods() {
    serving("web:1");
    declare("web:2", N);
    Effect.OnWorkload create = new Effect.CreateCandidate(target().templateDigest());

    assertThat(apply(create)).isEqualTo(Outcome.DONE);
    assertThat(apply(create)).isEqualTo(Outcome.DONE);
    settle();

    ReplicaSet candidate = workload().candidate().orElseThrow();
    assertThat(candidate.templateDigest()).isEqualTo(target().templateDigest());
    assertThat(candidate.ours()).isTrue();
    assertThat(candidate.replicas()).isZero();
    assertThat(candidate.pods()).isZero();
    assertThat(workload().candidatePods()).isEmpty();
    assertThat(only(workload().serving()).pods()).isEqualTo(N);
  }

  @Test
  void secondCandidate_waitsUntilTheFirstIsGone() {
    candidate("web:2");
    declare("web:3", N);
    Effect.OnWorkload next = new Effect.CreateCandidate(target().templateDigest());

    assertThat(apply(next)).isInstanceOf(Outcome.Again.class);
    assertThat(apply(new Effect.DeleteCandidate())).isEqualTo(Outcome.DONE);
    assertThat(apply(next)).isEqualTo(Outcome.DONE);
    assertThat(workload().candidate().orElseThrow().templateDigest())
        .isEqualTo(target().templateDigest());
  }

  @Test
  void scaledCandidate_hasReadyPodsThatCanBeLabelled() {
    candidate("web:2");
    assertThat(apply(new Effect.ScaleCandidate(2))).isEqualTo(Outcome.DONE);
    settle();

    assertThat(workload().candidatePods())
        .hasSize(2)
        .allMatch(Workload.Pod::ready)
        .noneMatch(Workload.Pod::labelled)
        .allMatch(p -> p.fault().isEmpty());
    assertThat(apply(new Effect.LabelPods())).isEqualTo(Outcome.DONE);
    assertThat(apply(new Effect.LabelPods())).isEqualTo(Outcome.DONE);
    assertThat(workload().candidatePods()).hasSize(2).allMatch(Workload.Pod::labelled);
    assertThat(workload().candidate().orElseThrow().available()).isEqualTo(2);
    assertThat(workload().stablePods()).hasSize(N);
    assertThat(apply(new Effect.ScaleCandidate(2))).isEqualTo(Outcome.DONE);
  }

  @Test
  void noCandidate_cannotBeScaledButIsDeletedAlready() {
    serving("web:1");

    assertThat(apply(new Effect.ScaleCandidate(2))).isInstanceOf(Outcome.Again.class);
    assertThat(apply(new Effect.DeleteCandidate())).isEqualTo(Outcome.DONE);
    assertThat(apply(new Effect.LabelPods())).isEqualTo(Outcome.DONE);
  }

  @Test
  void handOver_changesTheOwnerAndKeepsThePods() {
    ReplicaSet candidate = fullCandidate("web:2");
    Effect.OnWorkload handOver = new Effect.HandOver(target().templateDigest(), N);

    assertThat(apply(handOver)).isEqualTo(Outcome.DONE);
    assertThat(apply(handOver)).isEqualTo(Outcome.DONE);

    assertThat(workload().candidate()).isEmpty();
    ReplicaSet owned = workload().ownedWith(target().templateDigest()).orElseThrow();
    assertThat(owned.uid()).isEqualTo(candidate.uid());
    assertThat(owned.ours()).isTrue();
    assertThat(owned.replicas()).isEqualTo(N);
    assertThat(owned.pods()).isEqualTo(N);
    assertThat(apply(new Effect.DeleteCandidate())).isEqualTo(Outcome.DONE);
    assertThat(workload().ownedWith(target().templateDigest())).contains(owned);
  }

  @Test
  void incompleteCandidate_isNotHandedOver() {
    candidate("web:2");
    apply(new Effect.ScaleCandidate(N - 1));
    settle();

    assertThat(apply(new Effect.HandOver(target().templateDigest(), N)))
        .isInstanceOf(Outcome.Again.class);
    assertThat(workload().candidate()).isPresent();
  }

  @Test
  void newerTemplate_stopsTheHandOver() {
    fullCandidate("web:2");
    String judged = target().templateDigest();
    declare("web:3", N);

    assertThat(apply(new Effect.HandOver(judged, N))).isInstanceOf(Outcome.Again.class);
    assertThat(workload().candidate()).isPresent();
  }

  @Test
  void liftedHold_stopsTheHandOver() {
    fullCandidate("web:2");
    resume();

    assertThat(apply(new Effect.HandOver(target().templateDigest(), N)))
        .isInstanceOf(Outcome.Again.class);
    assertThat(workload().candidate()).isPresent();
  }

  @Test
  void changedCount_stopsTheHandOver() {
    fullCandidate("web:2");
    declare("web:2", N + 5);

    assertThat(apply(new Effect.HandOver(target().templateDigest(), N)))
        .isInstanceOf(Outcome.Again.class);
  }

  @Test
  void oldReplicaSet_isTakenDownAfterTheHandOver() {
    String old = fullyServing("web:1").name();
    fullCandidate("web:2");
    apply(new Effect.HandOver(target().templateDigest(), N));

    assertThat(apply(new Effect.ScaleToZero(List.of(old, "gone-long-ago"))))
        .isEqualTo(Outcome.DONE);
    settle();

    assertThat(workload().othersThan(target().templateDigest())).isEmpty();
    assertThat(only(workload().serving()).templateDigest()).isEqualTo(target().templateDigest());
  }

  @Test
  void declaredTemplatesReplicaSet_isNeverTakenDown() {
    String name = fullyServing("web:1").name();

    assertThat(apply(new Effect.ScaleToZero(List.of(name)))).isInstanceOf(Outcome.Again.class);
    assertThat(only(workload().serving()).replicas()).isEqualTo(N);
  }

  @Test
  void twin_isDeletedOnlyWhenEmptyAndTheSame() {
    ReplicaSet serving = fullyServing("web:1");
    Effect.OnWorkload delete = new Effect.DeleteTwin(serving.name(), serving.uid());

    assertThat(apply(delete)).isInstanceOf(Outcome.Again.class);
    fullCandidate("web:2");
    apply(new Effect.HandOver(target().templateDigest(), N));
    apply(new Effect.ScaleToZero(List.of(serving.name())));
    settle();
    assertThat(apply(new Effect.DeleteTwin(serving.name(), "another uid"))).isEqualTo(Outcome.DONE);
    assertThat(workload().replicaSets()).extracting(ReplicaSet::uid).contains(serving.uid());
    assertThat(apply(delete)).isEqualTo(Outcome.DONE);
    assertThat(apply(delete)).isEqualTo(Outcome.DONE);

    assertThat(workload().replicaSets()).extracting(ReplicaSet::uid).doesNotContain(serving.uid());
  }

  @Test
  void emptyTwin_isInTheWayUntilItIsDeleted() {
    ReplicaSet old = fullyServing("web:1");
    fullCandidate("web:2");
    apply(new Effect.HandOver(target().templateDigest(), N));
    apply(new Effect.ScaleToZero(List.of(old.name())));
    settle();
    declare("web:1", N);
    Effect.OnWorkload back = new Effect.CreateCandidate(old.templateDigest());

    assertThat(apply(back)).isInstanceOf(Outcome.Again.class);
    assertThat(apply(new Effect.DeleteTwin(old.name(), old.uid()))).isEqualTo(Outcome.DONE);
    assertThat(apply(back)).isEqualTo(Outcome.DONE);
    assertThat(workload().candidate().orElseThrow().uid()).isNotEqualTo(old.uid());
  }

  @Test
  void abandonedCandidate_leavesTheStablePodsAlone() {
    ReplicaSet stable = fullyServing("web:1");
    fullCandidate("web:2");

    assertThat(apply(new Effect.DeleteCandidate())).isEqualTo(Outcome.DONE);
    settle();

    assertThat(workload().candidate()).isEmpty();
    assertThat(workload().candidatePods()).isEmpty();
    assertThat(workload().serving()).containsExactly(stable);
  }

  @Test
  void deletedCandidatesPods_areTheCandidatesUntilTheyAreGone() {
    fullyServing("web:1");
    fullCandidate("web:2");

    assertThat(apply(new Effect.DeleteCandidate())).isEqualTo(Outcome.DONE);

    assertThat(workload().candidate()).isEmpty();
    assertThat(workload().candidatePods()).hasSize(N);
    settle();
    assertThat(workload().candidatePods()).isEmpty();
  }

  private Outcome apply(Effect.OnWorkload effect) {
    return workloads().apply(KEY, effect);
  }

  private Target target() {
    return workloads().target(KEY).known().orElseThrow();
  }

  private Workload workload() {
    return workloads().read(KEY).known().orElseThrow();
  }

  private void serving(String image) {
    declare(image, N);
    assertThat(apply(new Effect.Bootstrap(target().templateDigest()))).isEqualTo(Outcome.DONE);
    settle();
  }

  private ReplicaSet fullyServing(String image) {
    serving(image);
    return only(workload().serving());
  }

  private void candidate(String image) {
    if (workload().serving().isEmpty()) {
      serving("web:1");
    }
    declare(image, N);
    assertThat(apply(new Effect.CreateCandidate(target().templateDigest())))
        .isEqualTo(Outcome.DONE);
  }

  private ReplicaSet fullCandidate(String image) {
    candidate(image);
    assertThat(apply(new Effect.ScaleCandidate(N))).isEqualTo(Outcome.DONE);
    settle();
    return workload().candidate().orElseThrow();
  }

  private static ReplicaSet only(List<ReplicaSet> sets) {
    assertThat(sets).hasSize(1);
    return sets.getFirst();
  }

  private static String anyDigest() {
    return "sha256:" + "0".repeat(64);
  }
}
