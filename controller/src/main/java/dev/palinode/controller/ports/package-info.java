/**
 * The doors of the loop, in terms of our own values. Each has a real adapter, an in-memory fake,
 * and one contract test that both pass.
 */
@NullMarked
package dev.palinode.controller.ports;

import org.jspecify.annotations.NullMarked;
