/**
 * The product in miniature: the real controller, judge and writer among simulated surroundings.
 * Never part of the product's image.
 */
@NullMarked
package dev.palinode.demo;

import org.jspecify.annotations.NullMarked;
