package dev.palinode.analysis;

import java.time.Instant;

/** One value as the metric store holds it; it may be NaN or infinite. */
public record Sample(Instant at, double value) {}
