package dev.palinode.controller.kube;

import dev.palinode.controller.ports.Outcome;
import dev.palinode.crds.Api;
import dev.palinode.crds.Canary;
import dev.palinode.crds.ObjectName;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;

/**
 * Our finalizer on a Canary, set and removed without touching those of others: each patch first
 * tests that the list is still the one that was read.
 */
final class FinalizerPatch {
  private static final PatchContext JSON_PATCH =
      new PatchContext.Builder()
          .withPatchType(PatchType.JSON)
          .withFieldManager(Api.FIELD_MANAGER)
          .build();

  private final KubernetesClient client;

  FinalizerPatch(KubernetesClient client) {
    this.client = client;
  }

  Outcome add(ObjectName name, String uid) {
    return change(
        name,
        uid,
        (version, finalizers) -> {
          if (finalizers.contains(Api.FINALIZER)) {
            return "";
          }
          String add =
              finalizers.isEmpty()
                  ? "{\"op\":\"add\",\"path\":\"/metadata/finalizers\",\"value\":[\"%s\"]}"
                  : "{\"op\":\"add\",\"path\":\"/metadata/finalizers/-\",\"value\":\"%s\"}";
          return "["
              + test("/metadata/resourceVersion", version)
              + ","
              + add.formatted(Api.FINALIZER)
              + "]";
        });
  }

  Outcome drop(ObjectName name, String uid) {
    return change(
        name,
        uid,
        (_, finalizers) -> {
          int at = finalizers.indexOf(Api.FINALIZER);
          if (at < 0) {
            return "";
          }
          String path = "/metadata/finalizers/" + at;
          return "["
              + test(path, Api.FINALIZER)
              + ",{\"op\":\"remove\",\"path\":\""
              + path
              + "\"}]";
        });
  }

  private interface Patch {
    /** The patch; empty if nothing is to be changed. */
    String of(String version, List<String> finalizers);
  }

  private Outcome change(ObjectName name, String uid, Patch patch) {
    Resource<Canary> resource =
        client.resources(Canary.class).inNamespace(name.namespace()).withName(name.name());
    try {
      Canary canary = resource.get();
      if (canary == null || !uid.equals(canary.getMetadata().getUid())) {
        return Outcome.DONE;
      }
      String text =
          patch.of(canary.getMetadata().getResourceVersion(), canary.getMetadata().getFinalizers());
      if (!text.isEmpty()) {
        resource.patch(JSON_PATCH, text);
      }
      return Outcome.DONE;
    } catch (KubernetesClientException e) {
      return ApiFailure.isGone(e) ? Outcome.DONE : ApiFailure.outcome(e);
    }
  }

  private static String test(String path, String value) {
    return "{\"op\":\"test\",\"path\":\"%s\",\"value\":\"%s\"}".formatted(path, value);
  }
}
