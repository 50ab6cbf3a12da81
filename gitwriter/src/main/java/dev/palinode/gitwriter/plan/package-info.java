/** The deciding part: trees and an intent in, file edits or a refusal out. No clock, no files. */
@NullMarked
package dev.palinode.gitwriter.plan;

import org.jspecify.annotations.NullMarked;
