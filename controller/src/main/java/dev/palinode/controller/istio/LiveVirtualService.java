package dev.palinode.controller.istio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.palinode.crds.Api;
import dev.palinode.crds.ObjectName;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A VirtualService as the API server has it, and what of ours is on it. */
record LiveVirtualService(JsonNode json) {

  private static final String FLUX = "kustomize.toolkit.fluxcd.io/";

  /** On the live object it makes Flux leave the object alone; other agents do not know it. */
  static final String RECONCILE_ANNOTATION = FLUX + "reconcile";

  static final String DISABLED = "disabled";

  ObjectName name() {
    var metadata = json.path("metadata");
    return new ObjectName(metadata.path("namespace").asText(), metadata.path("name").asText());
  }

  /** What an event is about. */
  ObjectReference reference() {
    return new ObjectReferenceBuilder()
        .withApiVersion(IstioObjects.API_VERSION)
        .withKind("VirtualService")
        .withNamespace(name().namespace())
        .withName(name().name())
        .withUid(json.path("metadata").path("uid").asText())
        .build();
  }

  String resourceVersion() {
    return json.path("metadata").path("resourceVersion").asText();
  }

  JsonNode annotations() {
    return json.path("metadata").path("annotations");
  }

  Optional<String> annotation(String key) {
    return Optional.ofNullable(annotations().get(key)).map(JsonNode::asText);
  }

  ManagedFields managedFields() {
    return new ManagedFields(json.path("metadata").path("managedFields"));
  }

  /** Flux applies this object, and would put its routes back. */
  boolean isFlux() {
    for (var label : json.path("metadata").path("labels").properties()) {
      if (label.getKey().startsWith(FLUX)) {
        return true;
      }
    }
    return false;
  }

  JsonNode http() {
    return json.path("spec").path("http");
  }

  JsonNode route(int index) {
    return http().path(index).path("route");
  }

  /** Empty if the route has none. */
  String routeName(int index) {
    return http().path(index).path("name").asText("");
  }

  IntStream indexes() {
    return IntStream.range(0, http().size());
  }

  boolean hasTcpOrTls() {
    return tcpAndTls().anyMatch(_ -> true);
  }

  boolean sendsTcpOrTlsTo(ServiceHost service) {
    return tcpAndTls().anyMatch(route -> sendsTo(service, route.path("route")));
  }

  boolean sendsTo(ServiceHost service, JsonNode route) {
    for (var entry : route) {
      if (service.isMeantBy(host(entry), name().namespace())) {
        return true;
      }
    }
    return false;
  }

  static String host(JsonNode entry) {
    return entry.path("destination").path("host").asText("");
  }

  /** The rollout under way on this object, whoever's it is. */
  Optional<Snapshot> snapshot() {
    return annotation(Api.SNAPSHOT_ANNOTATION).flatMap(Snapshot::parse);
  }

  Optional<Snapshot> snapshot(ObjectName canary) {
    return snapshot().filter(s -> s.canary().equals(canary));
  }

  /** Who else moves this object's traffic now. */
  Optional<ObjectName> takenBy(ObjectName canary) {
    return snapshot().map(Snapshot::canary).filter(other -> !other.equals(canary));
  }

  /** Its owner lets Canaries of that namespace move its traffic. */
  boolean allows(String namespace) {
    return name().namespace().equals(namespace)
        || annotation(Api.ALLOWED_NAMESPACES_ANNOTATION).stream()
            .flatMap(value -> Arrays.stream(value.split(",", -1)))
            .map(String::strip)
            .anyMatch(allowed -> allowed.equals("*") || allowed.equals(namespace));
  }

  /** Where the proxies live that are known to follow these routes. */
  Set<String> clientNamespaces() {
    var namespaces = new TreeSet<String>();
    namespaces.add(name().namespace());
    for (var gateway : json.path("spec").path("gateways")) {
      var parts = gateway.asText().split("/", -1);
      if (parts.length == 2) {
        namespaces.add(parts[0]);
      }
    }
    return namespaces;
  }

  /** Nothing of ours is on it. */
  boolean isClean() {
    return annotation(Api.SNAPSHOT_ANNOTATION).isEmpty()
        && indexes().noneMatch(i -> Split.touches(route(i)))
        && !managedFields().hasOurs();
  }

  private Stream<JsonNode> tcpAndTls() {
    return Stream.of("tcp", "tls")
        .map(kind -> json.path("spec").path(kind))
        .filter(node -> !(node instanceof MissingNode))
        .flatMap(node -> StreamSupport.stream(node.spliterator(), false));
  }
}
