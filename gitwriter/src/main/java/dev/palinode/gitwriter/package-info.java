/**
 * An intent in, a commit or a reason out. The port, its values and nothing else; {@code plan}
 * decides on trees as values, {@code jgit} talks to repositories.
 */
@NullMarked
package dev.palinode.gitwriter;

import org.jspecify.annotations.NullMarked;
