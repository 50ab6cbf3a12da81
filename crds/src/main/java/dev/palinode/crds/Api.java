package dev.palinode.crds;

/** Names that are part of the public contract and never change. */
public final class Api {
  public static final String GROUP = "palinode.dev";
  public static final String VERSION = "v1alpha1";

  /** The field manager of every write of ours: users name it in their GitOps settings. */
  public static final String FIELD_MANAGER = "palinode";

  public static final String FINALIZER = "palinode.dev/traffic";

  /** On Deployments, by their owner: {@code declared} or {@code true}. */
  public static final String HOLD_LABEL = "palinode.dev/hold";

  /** On ReplicaSets and Reverts of ours: the name of their Canary. */
  public static final String CANARY_LABEL = "palinode.dev/canary";

  /** On the ReplicaSets of ours: the digest of their template, shortened to label length. */
  public static final String DIGEST_LABEL = "palinode.dev/template";

  /** On route objects during a rollout: what git said, to be put back. */
  public static final String SNAPSHOT_ANNOTATION = "palinode.dev/route-snapshot";

  /** On VirtualServices of other namespaces: who may move their traffic. */
  public static final String ALLOWED_NAMESPACES_ANNOTATION = "palinode.dev/allowed-namespaces";

  /** The pod label that Istio's telemetry reports as a version of its own. */
  public static final String CANONICAL_REVISION_LABEL = "service.istio.io/canonical-revision";

  private Api() {}
}
