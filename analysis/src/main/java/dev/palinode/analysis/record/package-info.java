/**
 * What a judge was shown, as lines of JSON beside the rollout: the audit trail, from which anybody
 * comes to the same verdict to the last bit, without a metric store.
 */
@NullMarked
package dev.palinode.analysis.record;

import org.jspecify.annotations.NullMarked;
