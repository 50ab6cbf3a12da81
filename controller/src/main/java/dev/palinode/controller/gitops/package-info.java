/**
 * Where in git a live object comes from, told by the marks that Flux and Argo CD leave on it and by
 * their own objects. Reads only; a refusing server throws.
 */
@NullMarked
package dev.palinode.controller.gitops;

import org.jspecify.annotations.NullMarked;
