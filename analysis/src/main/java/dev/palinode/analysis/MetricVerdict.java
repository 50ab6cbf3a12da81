package dev.palinode.analysis;

/**
 * What one metric says.
 *
 * @param critical false: annotates, never fails the rollout
 * @param dispersion variance inflation that the evidence was tempered by, 1 for independent
 *     requests; 1 where it plays no part
 */
public record MetricVerdict(String metric, boolean critical, Verdict verdict, double dispersion) {}
