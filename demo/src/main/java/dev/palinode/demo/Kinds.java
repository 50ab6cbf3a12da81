package dev.palinode.demo;

import io.fabric8.kubernetes.api.Pluralize;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How any kind is asked for, and the kinds that the surroundings look at. */
final class Kinds {
  static final ResourceDefinitionContext VIRTUAL_SERVICE =
      of("networking.istio.io/v1", "VirtualService", true);
  static final ResourceDefinitionContext DESTINATION_RULE =
      of("networking.istio.io/v1", "DestinationRule", true);
  static final ResourceDefinitionContext DEPLOYMENT = of("apps/v1", "Deployment", true);

  private Kinds() {}

  static ResourceDefinitionContext of(String apiVersion, String kind, boolean namespaced) {
    int slash = apiVersion.indexOf('/');
    return new ResourceDefinitionContext.Builder()
        .withGroup(slash < 0 ? "" : apiVersion.substring(0, slash))
        .withVersion(apiVersion.substring(slash + 1))
        .withKind(kind)
        .withPlural(Pluralize.toPlural(kind.toLowerCase(Locale.ROOT)))
        .withNamespaced(namespaced)
        .build();
  }

  /** The place of this object on the server; the server need not know it yet. */
  static Resource<GenericKubernetesResource> at(
      KubernetesClient client, GenericKubernetesResource object) {
    String namespace = object.getMetadata().getNamespace();
    var kind =
        client.genericKubernetesResources(
            of(object.getApiVersion(), object.getKind(), namespace != null));
    return namespace == null ? kind.resource(object) : kind.inNamespace(namespace).resource(object);
  }

  /** Every document of a YAML stream. */
  static List<GenericKubernetesResource> read(KubernetesClient client, String yaml) {
    return Arrays.stream(yaml.split("(?m)^---\\s*$"))
        .filter(text -> text.lines().anyMatch(l -> !l.isBlank() && !l.startsWith("#")))
        .map(text ->
            client
                .getKubernetesSerialization()
                .unmarshal("---\n" + text, GenericKubernetesResource.class))
        .toList();
  }
}
