package dev.palinode.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.controller.decide.Judgement;
import dev.palinode.crds.Canary;
import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.CanaryStatus.VerdictRecord;
import dev.palinode.crds.Phase;
import dev.palinode.crds.Weight;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything the controller said, as seen through the API server, in order; also written to a file,
 * one JSON object a line.
 */
final class Journal implements AutoCloseable {

  /** A status of the Canary and when it was seen. */
  private record Seen(Instant at, CanaryStatus status) {}

  private final Path file;
  private final KubernetesSerialization json;
  private final List<Seen> statuses = new ArrayList<>();
  private final List<SharedIndexInformer<?>> watches;
  private @Nullable Judgement heard;

  Journal(Path file, KubernetesClient client) {
    this.file = file;
    this.json = client.getKubernetesSerialization();
    this.watches =
        List.of(
            client
                .resources(Canary.class)
                .inNamespace(Shop.NAMESPACE)
                .inform(
                    new News<>(
                        (before, after) -> !Objects.equals(before.getStatus(), after.getStatus()),
                        canary -> {
                          if (canary.getStatus() != null) {
                            status(canary.getStatus());
                          }
                        })),
            client
                .resources(Event.class)
                .inNamespace(Shop.NAMESPACE)
                .inform(new News<>((_, _) -> true, this::event)));
  }

  private synchronized void status(CanaryStatus status) {
    Seen seen = new Seen(Instant.now(), status);
    statuses.add(seen);
    write(seen.at(), "Canary", status);
  }

  private synchronized void event(Event event) {
    write(Instant.now(), "Event", event);
  }

  /** For who stands beside the judge and hears what it says between two statuses. */
  synchronized void heard(Judgement latest) {
    heard = latest;
  }

  synchronized void forgetHeard() {
    heard = null;
  }

  /** The gate's latest answer: what was heard, else what the status of a rollout says. */
  synchronized Optional<VerdictRecord> verdict() {
    return heard == null
        ? Optional.ofNullable(now().verdict()).filter(_ -> now().phaseOrInitial() != Phase.Idle)
        : Optional.of(heard.evidence());
  }

  synchronized CanaryStatus now() {
    return statuses.isEmpty() ? CanaryStatus.NEW : statuses.getLast().status();
  }

  /** The weights above zero of a time, each once, in their order. */
  synchronized List<Weight> weightsBetween(Instant from, Instant to) {
    return statuses.stream()
        .filter(s -> !s.at().isBefore(from) && s.at().isBefore(to))
        .map(s -> s.status().weightOrZero())
        .filter(w -> !w.isZero())
        .distinct()
        .toList();
  }

  /** When the candidate of that time was first to be asked, by the controller's own record. */
  synchronized Optional<Instant> servedSince(Instant from, Instant to) {
    return statuses.stream()
        .filter(s -> !s.at().isBefore(from) && s.at().isBefore(to))
        .filter(s -> !s.status().weightOrZero().isZero())
        .flatMap(s -> Optional.ofNullable(s.status().progressOrNone().servedSince()).stream())
        .findFirst();
  }

  @Override
  public void close() {
    watches.forEach(SharedIndexInformer::close);
  }

  private void write(Instant at, String kind, Object what) {
    ObjectNode line =
        json.convertValue(Map.of("at", at.toString(), "kind", kind), ObjectNode.class);
    line.set("what", json.convertValue(what, ObjectNode.class));
    try {
      Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
