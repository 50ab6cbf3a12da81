package dev.palinode.controller.kube;

import dev.palinode.controller.decide.World.Problem;
import dev.palinode.controller.ports.Canaries.Recorded;
import dev.palinode.crds.Canary;
import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.CanarySpec.VirtualServiceRef;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Two Canaries on one Deployment or one route would undo each other's work: the older one, by
 * creation and then by name, goes on, and the younger is told to stand back.
 */
final class Rivals {
  private static final Comparator<Canary> AGE =
      Comparator.comparing((Canary c) -> c.getMetadata().getCreationTimestamp())
          .thenComparing(c -> c.getMetadata().getName());

  private Rivals() {}

  /** The problems that the older ones of {@code all} make for this Canary. */
  static List<Problem> of(Recorded canary, List<Canary> all) {
    Optional<Canary> self =
        all.stream()
            .filter(c -> c.getMetadata().getName().equals(canary.name().name()))
            .findFirst();
    return self.stream()
        .flatMap(me ->
            all.stream()
                .filter(c -> c.getSpec() != null && AGE.compare(c, me) < 0)
                .flatMap(older -> against(canary.spec(), older)))
        .toList();
  }

  private static Stream<Problem> against(CanarySpec spec, Canary older) {
    String name = older.getMetadata().getName();
    Stream<Problem> target =
        older.getSpec().targetRef().name().equals(spec.targetRef().name())
            ? Stream.of(
                new Problem(
                    "TargetTaken",
                    "Canary "
                        + name
                        + " guards Deployment "
                        + spec.targetRef().name()
                        + " already; delete one of the two."))
            : Stream.empty();
    Stream<Problem> routes =
        spec.traffic().istio().virtualServices().stream()
            .filter(mine ->
                older.getSpec().traffic().istio().virtualServices().stream()
                    .anyMatch(theirs -> overlap(mine, theirs)))
            .map(mine ->
                new Problem(
                    "RouteTaken",
                    "Canary "
                        + name
                        + " moves the traffic of VirtualService "
                        + mine.name()
                        + " already; name different routes, or delete one of the two."));
    return Stream.concat(target, routes);
  }

  /** Without names a reference means every route that sends to the Service. */
  private static boolean overlap(VirtualServiceRef a, VirtualServiceRef b) {
    boolean samePlace =
        a.name().equals(b.name())
            && (a.namespace() == null ? "" : a.namespace())
                .equals(b.namespace() == null ? "" : b.namespace());
    return samePlace
        && (a.routes().isEmpty()
            || b.routes().isEmpty()
            || a.routes().stream().anyMatch(b.routes()::contains));
  }
}
