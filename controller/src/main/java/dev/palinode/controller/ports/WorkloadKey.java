package dev.palinode.controller.ports;

import dev.palinode.crds.ObjectName;

/** The Deployment {@code deployment} in the Canary's namespace, and the Canary that guards it. */
public record WorkloadKey(ObjectName canary, String canaryUid, String deployment) {}
