package dev.palinode.controller.ports;

import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.Route;
import dev.palinode.controller.decide.World.Problem;
import dev.palinode.crds.Observed;
import java.util.List;

/** Reads and moves the traffic of one Canary. */
public interface TrafficRouter {

  /** The live state of the routes, read from the API server, never from memory. */
  Observed<Route> read(RouteKey key);

  /**
   * Why these routes cannot be used (no such VirtualService or route, tcp or tls, foreign namespace
   * without permission, another Canary's); empty if they can.
   */
  List<Problem> problems(RouteKey key);

  /** Makes the routes what the effect says, on every VirtualService, or says why not. */
  Outcome apply(RouteKey key, Effect.OnRoute effect);
}
