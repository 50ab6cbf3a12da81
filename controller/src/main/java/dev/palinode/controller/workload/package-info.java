/**
 * A plain Deployment as the loop sees it, and the ReplicaSets and pods by which it is canaried.
 * Templates are copied as the server's own JSON, and the Deployment itself is never written.
 */
@NullMarked
package dev.palinode.controller.workload;

import org.jspecify.annotations.NullMarked;
