/** How any server that knows numbers is asked: within a deadline, and not while it is down. */
@NullMarked
package dev.palinode.analysis.http;

import org.jspecify.annotations.NullMarked;
