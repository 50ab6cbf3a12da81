package dev.palinode.crds;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** The durable, immutable request to put an app back to its last good state in git. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@ShortNames("rvt")
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase", type = Type.STRING)
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.reason", type = Type.STRING)
@AdditionalPrinterColumn(name = "Commit", jsonPath = ".status.commit", type = Type.STRING)
@AdditionalPrinterColumn(
    name = "PullRequest",
    jsonPath = ".status.pullRequest",
    type = Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public final class Revert extends CustomResource<RevertSpec, RevertStatus> implements Namespaced {}
