/** Reads the world for one decision; the only caller of reads. */
@NullMarked
package dev.palinode.controller.observe;

import org.jspecify.annotations.NullMarked;
