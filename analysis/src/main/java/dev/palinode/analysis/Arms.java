package dev.palinode.analysis;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Who is compared: the candidate's pods against every other pod of the Service.
 *
 * @param candidateRevision value of Istio's label {@code destination_canonical_revision}
 * @param candidatePodPrefix how the names of the candidate's pods begin, {@code foo-<hash>-}
 * @param candidatePods pods that run now
 * @param stablePods pods that run now
 * @param alone nobody but the candidate serves any more, under whatever name its pods go
 */
public record Arms(
    String serviceNamespace,
    String serviceName,
    String candidateRevision,
    String candidatePodPrefix,
    List<String> candidatePods,
    List<String> stablePods,
    boolean alone) {

  /** Where a counter's increments belong. */
  enum Side {
    CANDIDATE,
    STABLE,
    /**
     * The request never reached a pod, or nobody can tell which: the route's, not the release's.
     */
    ROUTE
  }

  /** Which end of the connection counted; the same request is counted by both. */
  enum Reporter {
    SOURCE,
    DESTINATION
  }

  /** One end's view of a series. */
  record Place(Reporter reporter, Side side) {}

  /** Both serve. */
  public Arms(
      String serviceNamespace,
      String serviceName,
      String candidateRevision,
      String candidatePodPrefix,
      List<String> candidatePods,
      List<String> stablePods) {
    this(
        serviceNamespace,
        serviceName,
        candidateRevision,
        candidatePodPrefix,
        candidatePods,
        stablePods,
        false);
  }

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9._]*)");

  public Arms {
    candidatePods = List.copyOf(candidatePods);
    stablePods = List.copyOf(stablePods);
    if (candidatePodPrefix.isEmpty()) {
      throw new IllegalArgumentException(
          "an empty pod prefix would make every pod the candidate's");
    }
    Stream.of(
            Stream.of(serviceNamespace, serviceName, candidateRevision, candidatePodPrefix),
            candidatePods.stream(),
            stablePods.stream())
        .flatMap(s -> s)
        .filter(name -> !NAME.matcher(name).matches())
        .findFirst()
        .ifPresent(name -> {
          throw new IllegalArgumentException("not a Kubernetes name: '" + name + "'");
        });
  }

  /** Empty for a reporter that is neither end, such as a waypoint. */
  Optional<Place> place(Map<String, String> labels) {
    return switch (labels.getOrDefault("reporter", "")) {
      case "source" -> Optional.of(new Place(Reporter.SOURCE, byRevision(labels)));
      case "destination" -> Optional.of(new Place(Reporter.DESTINATION, byPod(labels)));
      default -> Optional.empty();
    };
  }

  private Side byRevision(Map<String, String> labels) {
    String revision = labels.getOrDefault("destination_canonical_revision", "");
    if (revision.equals(candidateRevision)) {
      return Side.CANDIDATE;
    }
    return revision.isEmpty() || revision.equals("unknown") ? Side.ROUTE : other();
  }

  private Side byPod(Map<String, String> labels) {
    String pod = labels.getOrDefault("pod", "");
    if (pod.isEmpty()) {
      return Side.ROUTE;
    }
    return pod.startsWith(candidatePodPrefix) || candidatePods.contains(pod)
        ? Side.CANDIDATE
        : other();
  }

  private Side other() {
    return alone ? Side.CANDIDATE : Side.STABLE;
  }
}
