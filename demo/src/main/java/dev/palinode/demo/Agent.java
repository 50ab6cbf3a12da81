package dev.palinode.demo;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Simulated: Flux. Twice a second it makes the cluster what {@code main} says, marks what it
 * applies, leaves alone what is annotated so, and keeps its status on its own objects.
 */
final class Agent {
  private static final Duration INTERVAL = Duration.ofMillis(500);
  private static final Duration SOON = Duration.ofMillis(50);
  private static final String MARK = "kustomize.toolkit.fluxcd.io/";
  private static final String HOME = "flux-system";

  private final KubernetesClient client;
  private final Shop shop;
  private String applied = "";
  private String read = "";
  private List<GenericKubernetesResource> declared = List.of();

  Agent(KubernetesClient client, Shop shop) {
    this.client = client;
    this.shop = shop;
    String platform = ApiServer.resource("platform.yaml").replace("${url}", shop.url());
    Kinds.read(client, platform).forEach(o -> ApiServer.create(client, o));
  }

  Optional<Duration> look() {
    String tip = shop.tip();
    try {
      if (!tip.equals(read)) {
        declared =
            shop.files(tip, Shop.PATH).stream()
                .filter(file -> !file.endsWith("/kustomization.yaml"))
                .flatMap(file -> Kinds.read(client, shop.content(tip, file)).stream())
                .toList();
        status("lastAttemptedRevision", tip);
        read = tip;
      }
      declared.forEach(this::apply);
      if (!tip.equals(applied)) {
        status("lastAppliedRevision", tip);
        applied = tip;
      }
      return Optional.of(INTERVAL);
    } catch (KubernetesClientException e) {
      if (e.getCode() == 409) {
        return Optional.of(SOON); // somebody wrote meanwhile
      }
      throw e;
    }
  }

  private void apply(GenericKubernetesResource wanted) {
    GenericKubernetesResource next = client.getKubernetesSerialization().clone(wanted);
    next.getMetadata().setLabels(marked(wanted.getMetadata().getLabels()));
    GenericKubernetesResource live = Kinds.at(client, wanted).get();
    if (live == null) {
      Kinds.at(client, next).create();
    } else if (!isLeftAlone(live) && !isAsWanted(live, next)) {
      live.getMetadata().setLabels(next.getMetadata().getLabels());
      live.setAdditionalProperty("spec", next.getAdditionalProperties().get("spec"));
      Kinds.at(client, live).update();
    }
  }

  private static boolean isLeftAlone(GenericKubernetesResource live) {
    Map<String, String> annotations = live.getMetadata().getAnnotations();
    return annotations != null && "disabled".equals(annotations.get(MARK + "reconcile"));
  }

  private static boolean isAsWanted(
      GenericKubernetesResource live, GenericKubernetesResource wanted) {
    return String.valueOf(live.getAdditionalProperties().get("spec"))
            .equals(String.valueOf(wanted.getAdditionalProperties().get("spec")))
        && wanted.getMetadata().getLabels().equals(live.getMetadata().getLabels());
  }

  private static Map<String, String> marked(@Nullable Map<String, String> labels) {
    Map<String, String> all = new HashMap<>(labels == null ? Map.of() : labels);
    all.put(MARK + "name", Shop.APP);
    all.put(MARK + "namespace", HOME);
    return all;
  }

  private void status(String field, String commit) {
    var kind = Kinds.of(MARK.replace("/", "") + "/v1", "Kustomization", true);
    var place = client.genericKubernetesResources(kind).inNamespace(HOME).withName(Shop.APP);
    GenericKubernetesResource own = place.get();
    Map<String, Object> status = new HashMap<>();
    if (own.getAdditionalProperties().get("status") instanceof Map<?, ?> before) {
      before.forEach((name, value) -> status.put(String.valueOf(name), value));
    }
    status.put(field, "main@sha1:" + commit);
    own.setAdditionalProperty("status", status);
    Kinds.at(client, own).update();
  }
}
