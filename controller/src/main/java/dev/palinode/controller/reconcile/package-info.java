/** One round of the loop: observe, decide, record, act. */
@NullMarked
package dev.palinode.controller.reconcile;

import org.jspecify.annotations.NullMarked;
