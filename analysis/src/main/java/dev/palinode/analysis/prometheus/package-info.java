/** The metric store that speaks Prometheus's HTTP API. */
@NullMarked
package dev.palinode.analysis.prometheus;

import org.jspecify.annotations.NullMarked;
