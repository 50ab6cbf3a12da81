/** The loop: observe, decide, act, record. */
@NullMarked
package dev.palinode.controller;

import org.jspecify.annotations.NullMarked;
