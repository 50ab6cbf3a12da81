/** What a service's traffic lets the judge see, in what time, and the steps that follow from it. */
@NullMarked
package dev.palinode.analysis.plan;

import org.jspecify.annotations.NullMarked;
