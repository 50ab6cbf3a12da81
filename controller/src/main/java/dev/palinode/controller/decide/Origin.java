package dev.palinode.controller.decide;

import dev.palinode.crds.CanarySpec;
import java.util.Optional;

/**
 * Where in git the running declaration comes from.
 *
 * @param source the place
 * @param attempted the commit last tried to be applied: what is live even when health failed
 * @param applied the last commit applied whole
 */
public record Origin(
    CanarySpec.Source source, Optional<String> attempted, Optional<String> applied) {}
