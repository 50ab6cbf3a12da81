package dev.palinode.controller.kube;

import dev.palinode.analysis.BuiltInTemplates;
import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.World.Problem;
import dev.palinode.controller.decide.World.RevertState;
import dev.palinode.controller.ports.Canaries;
import dev.palinode.controller.ports.Outcome;
import dev.palinode.crds.AnalysisTemplate;
import dev.palinode.crds.AnalysisTemplateSpec;
import dev.palinode.crds.Api;
import dev.palinode.crds.Canary;
import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import dev.palinode.crds.Revert;
import dev.palinode.crds.RevertStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Canaries, templates, Reverts and events over the Kubernetes API. Nothing is cached here. */
public final class KubernetesCanaries implements Canaries {
  private final KubernetesClient client;
  private final EventRecorder events;
  private final FinalizerPatch finalizer;

  /** Templates of a built-in one's name that people were told of. */
  private final Set<String> shadowing = ConcurrentHashMap.newKeySet();

  public KubernetesCanaries(KubernetesClient client, InstantSource clock) {
    this.client = client;
    this.events = new EventRecorder(client, clock);
    this.finalizer = new FinalizerPatch(client);
  }

  @Override
  public Observed<Recorded> load(ObjectName name) {
    return read(() -> at(Canary.class, name).get()).map(canary -> recorded(name, canary));
  }

  @Override
  public Outcome save(Recorded at, CanaryStatus next) {
    Canary canary = new Canary();
    canary.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(at.name().namespace())
            .withName(at.name().name())
            .withUid(at.uid())
            .withResourceVersion(at.version())
            .build());
    canary.setSpec(at.spec());
    canary.setStatus(next);
    return write(() -> client.resource(canary).updateStatus());
  }

  /** A namespace's own template wins over the built-in one of its name, and people are told. */
  @Override
  public Observed<AnalysisTemplateSpec> template(ObjectName name) {
    Observed<AnalysisTemplate> own = read(() -> at(AnalysisTemplate.class, name).get());
    Optional<AnalysisTemplateSpec> builtIn = BuiltInTemplates.named(name.name());
    if (builtIn.isEmpty()) {
      return own.map(AnalysisTemplate::getSpec);
    }
    if (own.isMissing()) {
      return Observed.known(builtIn.get());
    }
    own.known().filter(t -> shadowing.add(t.getMetadata().getUid())).ifPresent(this::tellShadow);
    return own.map(AnalysisTemplate::getSpec);
  }

  private void tellShadow(AnalysisTemplate own) {
    var _ =
        events.tell(
            reference(own),
            false,
            "BuiltInReplaced",
            "This template is used in place of the built-in one of the same name, in this"
                + " namespace.");
  }

  private static ObjectReference reference(HasMetadata object) {
    return new ObjectReferenceBuilder()
        .withApiVersion(object.getApiVersion())
        .withKind(object.getKind())
        .withNamespace(object.getMetadata().getNamespace())
        .withName(object.getMetadata().getName())
        .withUid(object.getMetadata().getUid())
        .build();
  }

  @Override
  public List<Problem> rivals(Recorded canary) {
    return read(() -> client.resources(Canary.class).inNamespace(canary.name().namespace()).list())
        .known()
        .map(list -> Rivals.of(canary, list.getItems()))
        .orElse(List.of());
  }

  @Override
  public Observed<RevertState> revert(ObjectName name) {
    return read(() -> at(Revert.class, name).get())
        .map(r -> new RevertState(name.name(), statusOf(r)));
  }

  @Override
  public Outcome apply(Recorded canary, Effect.OnCanary effect) {
    return switch (effect) {
      case Effect.AddFinalizer _ -> finalizer.add(canary.name(), canary.uid());
      case Effect.DropFinalizer _ -> finalizer.drop(canary.name(), canary.uid());
      case Effect.CreateRevert create -> create(canary, create);
      case Effect.ObserveRevert(var name) ->
          observe(new ObjectName(canary.name().namespace(), name));
      case Effect.Tell(var warning, var reason, var message) ->
          events.tell(
              new ObjectReferenceBuilder()
                  .withApiVersion(HasMetadata.getApiVersion(Canary.class))
                  .withKind(HasMetadata.getKind(Canary.class))
                  .withNamespace(canary.name().namespace())
                  .withName(canary.name().name())
                  .withUid(canary.uid())
                  .build(),
              warning,
              reason,
              message);
    };
  }

  /** The name carries the intent, so a Revert of that name is this one, whoever made it. */
  private Outcome create(Recorded canary, Effect.CreateRevert effect) {
    Revert revert = new Revert();
    revert.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(canary.name().namespace())
            .withName(effect.name())
            .withLabels(Map.of(Api.CANARY_LABEL, label(canary.name().name())))
            .build());
    revert.setSpec(effect.spec());
    try {
      client.resource(revert).create();
      return Outcome.DONE;
    } catch (KubernetesClientException e) {
      return ApiFailure.isConflict(e) ? Outcome.DONE : ApiFailure.outcome(e);
    }
  }

  private Outcome observe(ObjectName name) {
    Resource<Revert> resource = at(Revert.class, name);
    return write(() -> {
      Revert revert = resource.get();
      if (revert == null || statusOf(revert).phaseOrPending() != RevertStatus.Phase.Pushed) {
        return;
      }
      RevertStatus was = statusOf(revert);
      revert.setStatus(
          new RevertStatus(
              RevertStatus.Phase.Observed,
              was.reason(),
              was.message(),
              was.commit(),
              was.pullRequest(),
              was.attempts(),
              null,
              was.conditions()));
      client.resource(revert).updateStatus();
    });
  }

  private static Recorded recorded(ObjectName name, Canary canary) {
    ObjectMeta meta = canary.getMetadata();
    return new Recorded(
        name,
        meta.getUid(),
        Optional.ofNullable(meta.getGeneration()).orElse(0L),
        meta.getResourceVersion(),
        canary.isMarkedForDeletion(),
        canary.hasFinalizer(Api.FINALIZER),
        canary.getSpec(),
        Optional.ofNullable(canary.getStatus()).orElse(CanaryStatus.NEW));
  }

  private static RevertStatus statusOf(Revert revert) {
    return Optional.ofNullable(revert.getStatus()).orElse(RevertStatus.NEW);
  }

  /** Label values end at 63 characters; a name may be longer. */
  private static String label(String name) {
    return name.length() <= 63 ? name : name.substring(0, 63).replaceAll("[^A-Za-z0-9]+$", "");
  }

  private <T extends HasMetadata> Resource<T> at(Class<T> kind, ObjectName name) {
    return client.resources(kind).inNamespace(name.namespace()).withName(name.name());
  }

  private static <T> Observed<T> read(Supplier<T> request) {
    try {
      T found = request.get();
      return found == null ? Observed.missing() : Observed.known(found);
    } catch (KubernetesClientException e) {
      return ApiFailure.isGone(e) ? Observed.missing() : Observed.unreadable(ApiFailure.reason(e));
    } catch (IllegalArgumentException e) {
      return Observed.unreadable("holds a value that cannot be read: " + e.getMessage());
    }
  }

  private static Outcome write(Runnable request) {
    try {
      request.run();
      return Outcome.DONE;
    } catch (KubernetesClientException e) {
      return ApiFailure.outcome(e);
    }
  }
}
