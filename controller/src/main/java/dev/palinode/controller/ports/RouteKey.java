package dev.palinode.controller.ports;

import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.ObjectName;
import java.util.List;
import java.util.Map;

/**
 * Which routes, and between whom.
 *
 * @param virtualServices as the spec names them; an absent namespace is the Canary's
 * @param podLabels of the Deployment's template: they tell which Service is meant
 * @param stableHash {@code pod-template-hash} of the pods that serve; empty when unknown
 * @param candidateHash of the candidate's; empty while there is none
 */
public record RouteKey(
    ObjectName canary,
    String canaryUid,
    List<CanarySpec.VirtualServiceRef> virtualServices,
    Map<String, String> podLabels,
    String stableHash,
    String candidateHash) {
  public RouteKey {
    virtualServices = List.copyOf(virtualServices);
    podLabels = Map.copyOf(podLabels);
  }
}
