package dev.palinode.controller.istio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.palinode.crds.Api;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Weight;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * What to write to a VirtualService. Nothing but the chosen routes' {@code route} arrays and two
 * annotations is ever written, and only if the object is still as it was read; an empty patch says
 * that it already is as wanted.
 */
record VirtualServiceEdit(LiveVirtualService vs, ObjectName canary) {

  private static final String ANNOTATIONS = "/metadata/annotations";

  /** Remembers git's text on the object, and asks the agent to leave the object alone. */
  JsonPatch open(List<Integer> chosen, String service) {
    var patch = patch();
    annotate(patch, snapshot(chosen, service));
    return patch;
  }

  /**
   * Gives the candidate its share on the chosen routes, and on every other that is split still;
   * with the annotations, should they have got lost: a weight is never live without the way back.
   */
  JsonPatch split(List<Integer> chosen, String service, Weight weight) {
    var patch = patch();
    var snapshot = snapshot(chosen, service);
    if (snapshot.routes().isEmpty()) {
      return patch;
    }
    annotate(patch, snapshot);
    for (var saved : snapshot.routes()) {
      setRoute(patch, saved.index(), Split.of(saved.route(), weight));
    }
    return patch;
  }

  /** Git's text, and no annotation of ours. */
  JsonPatch restore() {
    var patch = patch();
    touched().forEach(i -> setRoute(patch, i, original(i)));
    var restored = annotations();
    restored.remove(Api.SNAPSHOT_ANNOTATION);
    var pause =
        vs.snapshot(canary)
            .map(Snapshot::pause)
            .orElseGet(() ->
                isPauseOurs()
                    ? Optional.of(new Snapshot.Pause(Optional.empty()))
                    : Optional.empty());
    if (isPaused() && pause.isPresent()) {
      restored.remove(LiveVirtualService.RECONCILE_ANNOTATION);
      pause.get().before().ifPresent(b -> restored.put(LiveVirtualService.RECONCILE_ANNOTATION, b));
    }
    setAnnotations(patch, restored);
    return patch;
  }

  /**
   * The second half of restoring: it cannot be part of the first, which makes the routes ours.
   *
   * @param owners as the snapshot named them; empty if it is lost
   */
  JsonPatch handBack(List<ManagedFields.Owner> owners) {
    var patch = patch();
    var fields = vs.managedFields();
    if (fields.hasOurs()) {
      patch.replace("/metadata/managedFields", fields.handedBack(owners));
    }
    return patch;
  }

  private Snapshot snapshot(List<Integer> chosen, String service) {
    var before = vs.snapshot(canary);
    var all = new TreeSet<>(chosen);
    touched().forEach(all::add);
    var routes =
        all.stream().map(i -> new Snapshot.Saved(vs.routeName(i), i, original(i))).toList();
    var owners = vs.managedFields().ownersOfHttp();
    return new Snapshot(
        canary,
        service,
        owners.isEmpty() ? before.map(Snapshot::owners).orElse(List.of()) : owners,
        pause(before),
        routes);
  }

  /** Once asked, the agent's annotation stays ours until the end, whoever takes it away. */
  private Optional<Snapshot.Pause> pause(Optional<Snapshot> before) {
    var asked = before.flatMap(Snapshot::pause);
    if (asked.isPresent() || !vs.isFlux()) {
      return asked;
    }
    if (!isPaused()) {
      return Optional.of(
          new Snapshot.Pause(vs.annotation(LiveVirtualService.RECONCILE_ANNOTATION)));
    }
    return isPauseOurs() ? Optional.of(new Snapshot.Pause(Optional.empty())) : Optional.empty();
  }

  private boolean isPaused() {
    return vs.annotation(LiveVirtualService.RECONCILE_ANNOTATION)
        .equals(Optional.of(LiveVirtualService.DISABLED));
  }

  private boolean isPauseOurs() {
    return vs.managedFields()
        .weOwn("f:metadata", "f:annotations", "f:" + LiveVirtualService.RECONCILE_ANNOTATION);
  }

  private void annotate(JsonPatch patch, Snapshot snapshot) {
    var wanted = annotations();
    wanted.put(Api.SNAPSHOT_ANNOTATION, snapshot.text());
    if (snapshot.pause().isPresent()) {
      wanted.put(LiveVirtualService.RECONCILE_ANNOTATION, LiveVirtualService.DISABLED);
    }
    setAnnotations(patch, wanted);
  }

  /** What git says about a route, whether it is split now or not. */
  private JsonNode original(int index) {
    var live = vs.route(index);
    return Split.touches(live)
        ? vs.snapshot(canary)
            .flatMap(s -> s.original(vs.routeName(index), index, live))
            .orElseGet(() -> Split.merged(live))
        : live;
  }

  private IntStream touched() {
    return vs.indexes().filter(i -> Split.touches(vs.route(i)));
  }

  private void setRoute(JsonPatch patch, int index, JsonNode route) {
    if (vs.route(index).equals(route)) {
      return;
    }
    var path = "/spec/http/" + index;
    var name = vs.routeName(index);
    if (!name.isEmpty()) {
      patch.test(path + "/name", TextNode.valueOf(name));
    }
    patch.replace(path + "/route", route);
  }

  private void setAnnotations(JsonPatch patch, Map<String, String> wanted) {
    var live = annotations();
    if (live.equals(wanted)) {
      return;
    }
    if (wanted.isEmpty()) {
      patch.remove(ANNOTATIONS);
      return;
    }
    if (live.isEmpty()) {
      var map = JsonNodeFactory.instance.objectNode();
      wanted.forEach(map::put);
      patch.add(ANNOTATIONS, map);
      return;
    }
    wanted.forEach((key, value) -> {
      if (!value.equals(live.get(key))) {
        patch.add(ANNOTATIONS + JsonPatch.segment(key), TextNode.valueOf(value));
      }
    });
    live.keySet().stream()
        .filter(key -> !wanted.containsKey(key))
        .forEach(key -> patch.remove(ANNOTATIONS + JsonPatch.segment(key)));
  }

  private Map<String, String> annotations() {
    var map = new LinkedHashMap<String, String>();
    for (var entry : vs.annotations().properties()) {
      map.put(entry.getKey(), entry.getValue().asText());
    }
    return map;
  }

  private JsonPatch patch() {
    return JsonPatch.at(vs.resourceVersion());
  }
}
