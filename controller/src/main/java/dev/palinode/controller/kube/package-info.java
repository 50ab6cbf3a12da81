/**
 * What is ours in the cluster: Canaries, Reverts, templates and events, over the Kubernetes API.
 */
@NullMarked
package dev.palinode.controller.kube;

import org.jspecify.annotations.NullMarked;
