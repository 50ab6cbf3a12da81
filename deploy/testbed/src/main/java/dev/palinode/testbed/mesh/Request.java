package dev.palinode.testbed.mesh;

import java.time.Duration;
import java.time.Instant;

/**
 * One answered request, as the client's access log tells it.
 *
 * @param time when it was sent
 * @param route name of the route taken, empty if none admits it
 * @param templateHash label {@code pod-template-hash} of the answering pod; empty, like image tag
 *     and pod, if no pod was reached
 * @param flags Envoy's response flags: NC no cluster, UH no endpoint, UF connection refused, URX
 *     retries spent, NR no route, {@code -} none
 */
public record Request(
    Instant time,
    String host,
    String route,
    String templateHash,
    String imageTag,
    String pod,
    int code,
    String flags,
    Duration duration) {

  public boolean isFailure() {
    return code < 200 || code > 299;
  }
}
