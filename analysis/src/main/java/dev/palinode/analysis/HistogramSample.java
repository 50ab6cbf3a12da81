package dev.palinode.analysis;

import java.time.Instant;

/**
 * One native histogram as the metric store holds it: everything counted since its process began.
 */
public record HistogramSample(Instant at, Spread spread) {}
