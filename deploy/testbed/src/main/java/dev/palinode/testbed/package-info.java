/**
 * A real control plane, Prometheus, git server and Flux as child processes on loopback, for tests.
 *
 * <p>Nothing here may be known to the product's own modules: they meet it only in tests.
 */
@NullMarked
package dev.palinode.testbed;

import org.jspecify.annotations.NullMarked;
