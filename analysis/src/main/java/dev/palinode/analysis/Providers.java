package dev.palinode.analysis;

import dev.palinode.crds.MetricProvider;
import java.util.List;
import java.util.Optional;

/** Finds who answers a metric that names a provider. */
public interface Providers {
  /** Nobody does. */
  Providers NONE =
      _ -> {
        String why = "there are no providers here; use the metric store";
        return new Provider() {
          @Override
          public Answer<List<Sample>> value(Inquiry inquiry) {
            return new Answer.Refused<>(why);
          }

          @Override
          public Answer<Optional<Counted>> counts(Inquiry inquiry) {
            return new Answer.Refused<>(why);
          }
        };
      };

  Provider of(MetricProvider spec);
}
