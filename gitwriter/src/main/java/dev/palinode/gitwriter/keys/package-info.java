/**
 * Private keys from bytes in memory, and signatures made with them. Nothing of a key is ever
 * written, logged or part of a message.
 */
@NullMarked
package dev.palinode.gitwriter.keys;

import org.jspecify.annotations.NullMarked;
