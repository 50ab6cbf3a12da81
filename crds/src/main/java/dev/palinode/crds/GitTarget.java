package dev.palinode.crds;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** One branch of one repository that may be written, how, and on whose behalf. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@ShortNames("gt")
@AdditionalPrinterColumn(name = "Url", jsonPath = ".spec.url", type = Type.STRING)
@AdditionalPrinterColumn(name = "Branch", jsonPath = ".spec.branch", type = Type.STRING)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public final class GitTarget extends CustomResource<GitTargetSpec, GitTargetStatus>
    implements Namespaced {}
