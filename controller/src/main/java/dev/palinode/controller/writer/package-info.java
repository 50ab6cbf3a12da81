/**
 * The writer role: carries out Reverts and keeps their status; the only place that reads git
 * credentials.
 */
@NullMarked
package dev.palinode.controller.writer;

import org.jspecify.annotations.NullMarked;
