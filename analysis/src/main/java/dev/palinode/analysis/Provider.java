package dev.palinode.analysis;

import java.util.List;
import java.util.Optional;

/**
 * The port to somebody besides the metric store who knows numbers of a release. Never throws for
 * anything that it does.
 */
public interface Provider {
  /** The value of an arm; nothing there is empty, and what is no number is NaN. */
  Answer<List<Sample>> value(Inquiry inquiry);

  /** The requests of an arm in the inquiry's time; nothing there is empty. */
  Answer<Optional<Counted>> counts(Inquiry inquiry);
}
