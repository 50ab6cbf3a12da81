package dev.palinode.gitwriter.jgit;

import java.time.Duration;
import org.eclipse.jgit.lib.EmptyProgressMonitor;

/** Ends a transfer that trickles: socket timeouts only see silence. */
final class DeadlineMonitor extends EmptyProgressMonitor {
  private final long end;

  DeadlineMonitor(Duration whole) {
    end = System.nanoTime() + whole.toNanos();
  }

  @Override
  public boolean isCancelled() {
    return System.nanoTime() - end > 0;
  }
}
