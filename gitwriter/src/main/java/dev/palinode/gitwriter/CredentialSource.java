package dev.palinode.gitwriter;

import dev.palinode.crds.Observed;

/** Where credentials come from, asked anew for every operation so that rotation just works. */
@FunctionalInterface
public interface CredentialSource {
  /**
   * {@code Missing} blocks the write until a person acts; {@code Unreadable} is tried again later.
   * A public repository answers {@link Credentials#none()}.
   */
  Observed<Credentials> forRepository(Repository repository);
}
