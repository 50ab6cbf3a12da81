package dev.palinode.testbed.mesh;

import dev.palinode.testbed.mesh.MeshConfig.Name;
import dev.palinode.testbed.mesh.Routing.Endpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a request ends, and what both sides will count when it does.
 *
 * @param service the service of the cluster it was sent to; empty when there was no such cluster
 * @param endpoint the pod last tried; empty when the cluster had none
 * @param hits the attempts that a pod's own proxy saw
 */
record Answer(
    Request request, Optional<Name> service, Optional<Endpoint> endpoint, List<Hit> hits) {

  record Hit(Endpoint endpoint, int code, Duration duration) {}

  Instant end() {
    return request.time().plus(request.duration());
  }
}
