/**
 * One scalar of a YAML or JSON file changed and not one byte beside it, and the proof that nothing
 * else changed. Bytes in, bytes or a reason out.
 */
@NullMarked
package dev.palinode.gitwriter.edit;

import org.jspecify.annotations.NullMarked;
