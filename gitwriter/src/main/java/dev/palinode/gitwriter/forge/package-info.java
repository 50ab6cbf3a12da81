/**
 * Pull requests: the port to the hosts of repositories, one adapter for each kind of host, and the
 * round that carries an intent out by one. Knows no git; branches come through {@link
 * dev.palinode.gitwriter.RestoreBranches}.
 */
@NullMarked
package dev.palinode.gitwriter.forge;

import org.jspecify.annotations.NullMarked;
