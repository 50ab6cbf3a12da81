/** The vocabulary that every module speaks: the four kinds, their defaults, problems and phases. */
@NullMarked
package dev.palinode.crds;

import org.jspecify.annotations.NullMarked;
