/**
 * The rules of Flagger, Argo Rollouts and Kayenta as pure functions and state machines over
 * measured values, exact to their sources: what they would have done, for comparison and for
 * whoever wants to keep their semantics. Their defects are kept as well.
 */
@NullMarked
package dev.palinode.analysis.rivals;

import org.jspecify.annotations.NullMarked;
