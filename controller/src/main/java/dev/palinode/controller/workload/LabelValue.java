package dev.palinode.controller.workload;

/** A Kubernetes name as a label value: names may have 253 characters, label values 63. */
public final class LabelValue {
  private static final int LIMIT = 63;
  private static final int SUFFIX = 10;

  private LabelValue() {}

  /** The name itself, or as much of it as fits and a digest that keeps it apart from others. */
  public static String of(String name) {
    return name.length() <= LIMIT
        ? name
        : name.substring(0, LIMIT - SUFFIX - 1)
            + "-"
            + TemplateDigest.sha256(name).substring(0, SUFFIX);
  }
}
