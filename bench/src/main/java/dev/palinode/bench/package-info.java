/**
 * Benchmarks of the real program on the testbed. They print figures beside their targets; times are
 * taken from outside the program wherever they can be.
 */
@NullMarked
package dev.palinode.bench;

import org.jspecify.annotations.NullMarked;
