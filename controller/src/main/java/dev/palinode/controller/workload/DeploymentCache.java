package dev.palinode.controller.workload;

import dev.palinode.crds.Observed;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.Optional;

/**
 * Deployments held in memory by a watch, so that an idle look costs no request. The objects are
 * whole: template and managed fields as the server sent them.
 */
@FunctionalInterface
public interface DeploymentCache {
  /** Empty when this Deployment is not among those watched: then the server is asked. */
  Optional<Observed<GenericKubernetesResource>> get(String namespace, String name);

  DeploymentCache NONE = (_, _) -> Optional.empty();
}
