package dev.palinode.bench;

/** The score interval of a share (Wilson, JASA 1927), two-sided with 95 %. */
final class Wilson {
  private static final double Z = 1.959963984540054;

  private Wilson() {}

  static double upper(long hits, long n) {
    double share = hits / (double) n;
    double z2 = Z * Z / n;
    double spread = Z * Math.sqrt(share * (1 - share) / n + z2 / (4 * n));
    return Math.min(1, (share + z2 / 2 + spread) / (1 + z2));
  }
}
