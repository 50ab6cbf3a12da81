/** The writing part: bare disposable mirrors, object-level commits, pushes with a lease. */
@NullMarked
package dev.palinode.gitwriter.jgit;

import org.jspecify.annotations.NullMarked;
