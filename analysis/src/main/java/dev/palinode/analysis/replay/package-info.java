/**
 * Past or simulated traffic, window by window, through the judge and through the rules of others
 * side by side: what each would have done, when, and at what cost.
 */
@NullMarked
package dev.palinode.analysis.replay;

import org.jspecify.annotations.NullMarked;
