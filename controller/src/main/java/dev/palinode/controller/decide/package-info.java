/**
 * What to do next, as a pure function of what was read. Nothing here knows a clock, a client or a
 * log: time arrives as an argument, wishes leave as values.
 */
@NullMarked
package dev.palinode.controller.decide;

import org.jspecify.annotations.NullMarked;
