package dev.palinode.testbed.mesh;

/** Where {@code destination_canonical_revision} comes from. */
public enum RevisionSource {
  /** The pod's labels as istiod last pushed them: measured, for destinations without metadata. */
  POD_LABELS,
  /** The pod's first labels, as a sidecar that exchanges metadata would say; not measured. */
  SIDECAR_START
}
