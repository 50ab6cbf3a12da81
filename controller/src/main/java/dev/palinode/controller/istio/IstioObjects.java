package dev.palinode.controller.istio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.controller.ports.RouteKey;
import dev.palinode.crds.Api;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The API server's side of routes and rules: live reads, and writes under our one field manager.
 */
record IstioObjects(KubernetesClient client) {

  private static final String GROUP = "networking.istio.io";
  private static final String VERSION = "v1";

  static final String API_VERSION = GROUP + "/" + VERSION;

  private static final ResourceDefinitionContext VIRTUAL_SERVICE =
      kind("VirtualService", "virtualservices");
  private static final ResourceDefinitionContext DESTINATION_RULE =
      kind("DestinationRule", "destinationrules");
  private static final PatchContext PATCH =
      new PatchContext.Builder()
          .withPatchType(PatchType.JSON)
          .withFieldManager(Api.FIELD_MANAGER)
          .build();
  private static final ObjectMapper JSON = new ObjectMapper();

  List<BoundRoute> routes(RouteKey key) {
    return key.virtualServices().stream()
        .map(ref -> {
          var namespace = ref.namespace() == null ? key.canary().namespace() : ref.namespace();
          var name = new ObjectName(namespace, ref.name());
          return new BoundRoute(name, ref.routes(), virtualService(name));
        })
        .toList();
  }

  /**
   * @param namespaces empty means all, in one request
   */
  List<LiveVirtualService> virtualServices(List<String> namespaces) {
    var api = client.genericKubernetesResources(VIRTUAL_SERVICE);
    var found =
        namespaces.isEmpty()
            ? api.inAnyNamespace().list().getItems().stream()
            : namespaces.stream().flatMap(n -> api.inNamespace(n).list().getItems().stream());
    return found.map(vs -> new LiveVirtualService(json(vs))).toList();
  }

  List<Service> services(String namespace) {
    return client.services().inNamespace(namespace).list().getItems();
  }

  /** Empty where Istio's kinds are not installed: there are no rules then. */
  List<JsonNode> rules(Collection<String> namespaces) {
    return namespaces.stream().distinct().flatMap(ns -> rules(ns).stream()).toList();
  }

  LiveVirtualService patch(ObjectName virtualService, JsonPatch patch) {
    return new LiveVirtualService(
        json(
            client
                .genericKubernetesResources(VIRTUAL_SERVICE)
                .inNamespace(virtualService.namespace())
                .withName(virtualService.name())
                .patch(PATCH, patch.toString())));
  }

  void patchRule(ObjectName rule, JsonPatch patch) {
    client
        .genericKubernetesResources(DESTINATION_RULE)
        .inNamespace(rule.namespace())
        .withName(rule.name())
        .patch(PATCH, patch.toString());
  }

  void createRule(ObjectNode rule) {
    client.raw(
        "/apis/%s/%s/namespaces/%s/%s?fieldManager=%s"
            .formatted(
                GROUP,
                VERSION,
                DestinationRuleEdit.name(rule).namespace(),
                DESTINATION_RULE.getPlural(),
                Api.FIELD_MANAGER),
        "POST",
        rule.toString());
  }

  void deleteRule(ObjectName rule) {
    client
        .genericKubernetesResources(DESTINATION_RULE)
        .inNamespace(rule.namespace())
        .withName(rule.name())
        .delete();
  }

  private Observed<LiveVirtualService> virtualService(ObjectName name) {
    try {
      @Nullable GenericKubernetesResource found =
          client
              .genericKubernetesResources(VIRTUAL_SERVICE)
              .inNamespace(name.namespace())
              .withName(name.name())
              .get();
      return found == null
          ? Observed.missing()
          : Observed.known(new LiveVirtualService(json(found)));
    } catch (KubernetesClientException e) {
      return Observed.unreadable(ServerAnswer.words(e));
    }
  }

  private List<JsonNode> rules(String namespace) {
    try {
      return client
          .genericKubernetesResources(DESTINATION_RULE)
          .inNamespace(namespace)
          .list()
          .getItems()
          .stream()
          .map(IstioObjects::json)
          .toList();
    } catch (KubernetesClientException e) {
      if (ServerAnswer.isNotFound(e)) {
        return List.of();
      }
      throw e;
    }
  }

  private static JsonNode json(GenericKubernetesResource resource) {
    return JSON.valueToTree(resource);
  }

  private static ResourceDefinitionContext kind(String kind, String plural) {
    return new ResourceDefinitionContext.Builder()
        .withGroup(GROUP)
        .withVersion(VERSION)
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(true)
        .build();
  }
}
