/** Who knows numbers of a release besides the metric store, over HTTP. */
@NullMarked
package dev.palinode.analysis.providers;

import org.jspecify.annotations.NullMarked;
