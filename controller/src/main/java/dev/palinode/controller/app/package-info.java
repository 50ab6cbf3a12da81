/**
 * The program: settings, command line, wiring, and the only place that knows Spring and Java
 * Operator SDK.
 */
@NullMarked
package dev.palinode.controller.app;

import org.jspecify.annotations.NullMarked;
