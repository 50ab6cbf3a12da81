package dev.palinode.controller.istio;

import dev.palinode.controller.ports.Canaries;
import dev.palinode.controller.ports.Outcome;
import dev.palinode.crds.Api;
import dev.palinode.crds.ObjectName;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts back routes that are split for a Canary that is gone: somebody took its finalizer off by
 * hand. The subsets go with the Canary, and then no request is answered. A route is touched only
 * after it was seen so twice, minutes apart: a backup may bring it back before its Canary.
 */
public final class OrphanedRoutes {
  private static final Logger log = LoggerFactory.getLogger(OrphanedRoutes.class);
  private static final Duration INTERVAL = Duration.ofHours(3);
  private static final Duration GRACE = Duration.ofMinutes(3);

  /** Tells people, as a warning, about a VirtualService. */
  public interface News {
    void warn(ObjectReference virtualService, String reason, String message);
  }

  /** What is wrong with a VirtualService that carries a snapshot. */
  private sealed interface Finding {
    record Orphan(ObjectName canary) implements Finding {}

    /** Nobody sends traffic elsewhere, but annotations were left behind. */
    record Unsplit(ObjectName canary) implements Finding {}

    record Illegible() implements Finding {}
  }

  /**
   * @param begun putting it back was tried, and may have come half the way
   */
  private record Sighting(Finding finding, Instant since, boolean begun) {}

  private final IstioObjects istio;
  private final List<String> namespaces;
  private final Canaries canaries;
  private final InstantSource clock;
  private final News news;

  private final Map<ObjectName, Sighting> seen = new HashMap<>();

  /** Canaries whose routes are back; until every proxy knows, their subsets are still followed. */
  private final Set<ObjectName> ruleless = new HashSet<>();

  private final Set<String> told = new HashSet<>();
  private Instant swept = Instant.MIN;
  private volatile boolean suspected;

  /**
   * @param namespaces where to look; empty means all
   */
  public OrphanedRoutes(
      KubernetesClient client,
      List<String> namespaces,
      Canaries canaries,
      InstantSource clock,
      News news) {
    this.istio = new IstioObjects(client);
    this.namespaces = List.copyOf(namespaces);
    this.canaries = canaries;
    this.clock = clock;
    this.news = news;
  }

  /** A Canary is gone: the next look is a sweep. */
  public void suspect() {
    suspected = true;
  }

  /**
   * To be called every minute. Every three hours, after a {@link #suspect}, and while something
   * found is not yet dealt with, it lists the VirtualServices; else it costs no request.
   */
  public synchronized void look() {
    var now = clock.instant();
    boolean due = suspected || !seen.isEmpty() || !ruleless.isEmpty();
    if (!due && now.minus(INTERVAL).isBefore(swept)) {
      return;
    }
    suspected = false;
    swept = now;
    try {
      var restoredBefore = List.copyOf(ruleless);
      sweep(istio.virtualServices(namespaces), now);
      restoredBefore.forEach(this::deleteRules);
    } catch (KubernetesClientException e) {
      failed(e);
    }
  }

  private void sweep(List<LiveVirtualService> all, Instant now) {
    var before = Map.copyOf(seen);
    seen.clear();
    for (var vs : all) {
      @Nullable Sighting last = before.get(vs.name());
      var finding = find(vs, last);
      if (finding.isPresent()) {
        var known = last != null && last.finding().equals(finding.get()) ? last : null;
        var sighting = known == null ? new Sighting(finding.get(), now, false) : known;
        boolean young = now.isBefore(sighting.since().plus(GRACE));
        if (young) {
          seen.put(vs.name(), sighting);
        } else if (!isSettled(vs, finding.get())) {
          seen.put(vs.name(), new Sighting(finding.get(), sighting.since(), true));
        }
      }
    }
  }

  private Optional<Finding> find(LiveVirtualService vs, @Nullable Sighting last) {
    if (vs.annotation(Api.SNAPSHOT_ANNOTATION).isEmpty()) {
      // the text is back, but who owns its fields is not
      return Optional.ofNullable(last)
          .filter(l -> l.begun() && !vs.isClean())
          .map(Sighting::finding)
          .filter(this::isUnattended);
    }
    var snapshot = vs.snapshot();
    if (snapshot.isEmpty()) {
      return Optional.of(new Finding.Illegible());
    }
    boolean split = vs.indexes().anyMatch(i -> Split.touches(vs.route(i)));
    var canary = snapshot.get().canary();
    Finding finding = split ? new Finding.Orphan(canary) : new Finding.Unsplit(canary);
    return Optional.of(finding).filter(this::isUnattended);
  }

  private boolean isUnattended(Finding finding) {
    return switch (finding) {
      case Finding.Orphan(var canary) -> canaries.load(canary).isMissing();
      case Finding.Unsplit(var canary) -> canaries.load(canary).isMissing();
      case Finding.Illegible() -> true;
    };
  }

  /** Nothing is left to be tried again soon. */
  private boolean isSettled(LiveVirtualService vs, Finding finding) {
    return switch (finding) {
      case Finding.Orphan(var canary) -> isRestored(vs, canary);
      case Finding.Unsplit(var canary) -> {
        tellOnce(
            vs,
            "RouteLeftOpen",
            "Canary %s does not exist any more but left its annotations here: remove %s%s."
                .formatted(canary, Api.SNAPSHOT_ANNOTATION, pause(vs)));
        yield true;
      }
      case Finding.Illegible() -> {
        tellOnce(
            vs,
            "SnapshotUnreadable",
            "The annotation %s cannot be read, so that nobody can tell whose rollout this is: if no"
                    .formatted(Api.SNAPSHOT_ANNOTATION)
                + " Canary moves this route, put git's text back and remove the annotation.");
        yield true;
      }
    };
  }

  private boolean isRestored(LiveVirtualService vs, ObjectName canary) {
    return switch (IstioTrafficRouter.restore(istio, canary, vs)) {
      case Outcome.Done() -> {
        ruleless.add(canary);
        tell(
            vs,
            "RouteRestored",
            "Canary %s split this route and does not exist any more: the route is as in git again."
                .formatted(canary));
        yield true;
      }
      case Outcome.Again(var reason) -> {
        log.info("VirtualService {} is not back yet, tried again: {}", vs.name(), reason);
        yield false;
      }
      case Outcome.Refused(var reason) -> {
        tellOnce(
            vs,
            "RouteNotRestored",
            "Canary %s split this route and does not exist any more; it could not be put back (%s):"
                    .formatted(canary, reason)
                + " apply git's text and remove the annotation "
                + Api.SNAPSHOT_ANNOTATION
                + ".");
        yield true;
      }
    };
  }

  /** Not while another route of the same Canary still needs them, or a new Canary has the name. */
  private void deleteRules(ObjectName canary) {
    boolean needed =
        seen.values().stream().anyMatch(s -> s.finding().equals(new Finding.Orphan(canary)));
    var live = canaries.load(canary);
    if (needed || live.isUnreadable()) {
      return;
    }
    if (live.isMissing()) {
      IstioTrafficRouter.deleteRules(istio, canary);
    }
    ruleless.remove(canary);
  }

  private void failed(KubernetesClientException e) {
    if (ServerAnswer.isNotFound(e)) {
      seen.clear();
      ruleless.clear();
      return;
    }
    suspected |= ServerAnswer.outcome(e) instanceof Outcome.Again;
    log.warn("Routes that a Canary left behind cannot be looked for: {}", ServerAnswer.words(e));
  }

  private void tellOnce(LiveVirtualService vs, String reason, String message) {
    if (told.add(vs.name() + " " + message)) {
      tell(vs, reason, message);
    }
  }

  private void tell(LiveVirtualService vs, String reason, String message) {
    log.warn("VirtualService {}: {}", vs.name(), message);
    news.warn(vs.reference(), reason, message);
  }

  private static String pause(LiveVirtualService vs) {
    boolean ours = vs.snapshot().flatMap(Snapshot::pause).isPresent();
    return ours ? " and " + LiveVirtualService.RECONCILE_ANNOTATION : "";
  }
}
