/**
 * Looks at commits of ours after the fact and proves each of them, or says what is wrong. It shares
 * no code with the planner and the writer, so that no mistake of theirs can hide behind itself.
 */
@NullMarked
package dev.palinode.gitwriter.audit;

import org.jspecify.annotations.NullMarked;
