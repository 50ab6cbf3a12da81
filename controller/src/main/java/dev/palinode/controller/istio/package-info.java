/**
 * Moves the traffic of a Canary on the team's own Istio objects, and puts them back as git has
 * them. What is written is computed by pure classes; {@link
 * dev.palinode.controller.istio.IstioTrafficRouter} alone talks to the API server.
 */
@NullMarked
package dev.palinode.controller.istio;

import org.jspecify.annotations.NullMarked;
