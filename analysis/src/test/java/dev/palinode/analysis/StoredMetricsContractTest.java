package dev.palinode.analysis;

import java.util.List;

class StoredMetricsContractTest extends MetricSourceContract {
  @Override
  protected MetricSource source(List<Series> stored, List<Double> values) {
    return inMemory(stored, values);
  }
}
