/**
 * Samples in, verdict out: reads raw counters of both arms, compares them with a test that may be
 * looked at any number of times, and says Pass, Fail, Inconclusive or Invalid. Knows no Kubernetes
 * client and no clock; adapters to real metric stores live in their own packages.
 */
@NullMarked
package dev.palinode.analysis;

import org.jspecify.annotations.NullMarked;
