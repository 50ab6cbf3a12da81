/** Line charts as SVG and as text for a terminal; knows nothing about what is drawn. */
@NullMarked
package dev.palinode.analysis.picture;

import org.jspecify.annotations.NullMarked;
