/**
 * A service mesh for tests: what istiod, a gateway Envoy and the sidecars do to a canary, without
 * any of them.
 *
 * <p>{@link dev.palinode.testbed.mesh.Mesh} and everything it uses is pure: items and instants in,
 * answers out. {@link dev.palinode.testbed.mesh.MeshSimulator} ties it to an API server and a
 * clock. No class is shared with the controller, so the two cannot be wrong in the same way.
 *
 * <p>Deliberately simpler than the real thing: there is one client, a gateway, that carries every
 * VirtualService whatever its {@code gateways}, and ports are not told apart. Endpoints are read
 * from the pods, not from EndpointSlices. Redirects, direct responses and delegates answer 404;
 * timeouts, faults, mirrors, header changes, outlier detection and connection limits do nothing,
 * though a cluster knows the policy it merged. A request is decided when it is sent, so a program
 * finishes what it has begun. A retry always finds a pod not yet tried, so retries hide more
 * stopping pods than the tables say. A route whose weights are all zero answers 404 where admission
 * would refuse it. Gateway API, TCP, TLS, several proxies and several istiods are absent.
 */
@NullMarked
package dev.palinode.testbed.mesh;

import org.jspecify.annotations.NullMarked;
