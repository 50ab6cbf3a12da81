/** Does what was decided, in order, and says how far it came. */
@NullMarked
package dev.palinode.controller.act;

import org.jspecify.annotations.NullMarked;
