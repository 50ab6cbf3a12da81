package dev.palinode.controller.app;

import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.Route;
import dev.palinode.controller.decide.World.Problem;
import dev.palinode.controller.ports.Outcome;
import dev.palinode.controller.ports.RouteKey;
import dev.palinode.controller.ports.TrafficRouter;
import dev.palinode.crds.Observed;
import java.util.List;

/** Tells the metrics when a candidate's traffic was taken away; everything else passes through. */
record MeasuredRouter(TrafficRouter router, CanaryMetrics metrics) implements TrafficRouter {
  @Override
  public Observed<Route> read(RouteKey key) {
    return router.read(key);
  }

  @Override
  public List<Problem> problems(RouteKey key) {
    return router.problems(key);
  }

  @Override
  public Outcome apply(RouteKey key, Effect.OnRoute effect) {
    Outcome outcome = router.apply(key, effect);
    if (outcome instanceof Outcome.Done
        && effect instanceof Effect.SetWeight(var weight)
        && weight.isZero()) {
      metrics.routeIsBack(key.canary());
    }
    return outcome;
  }
}
