package dev.palinode.crds;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * Guards one Deployment: what changes in it is held, tried on a part of the traffic, and judged.
 */
@Group(Api.GROUP)
@Version(Api.VERSION)
@ShortNames("cn")
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase", type = Type.STRING)
@AdditionalPrinterColumn(name = "Step", jsonPath = ".status.step", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Weight", jsonPath = ".status.weight", type = Type.NUMBER)
@AdditionalPrinterColumn(name = "Verdict", jsonPath = ".status.verdict.result", type = Type.STRING)
@AdditionalPrinterColumn(name = "Stable", jsonPath = ".status.stable.image", type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Candidate",
    jsonPath = ".status.candidate.image",
    type = Type.STRING)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public final class Canary extends CustomResource<CanarySpec, CanaryStatus> implements Namespaced {}
