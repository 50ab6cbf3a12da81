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

  /**
   * Asked once when a server did not accept {@code refused}: a source that keeps what it minted
   * must mint anew. The same answer as before means there is nothing better.
   */
  default Observed<Credentials> renew(Repository repository, Credentials refused) {
    return forRepository(repository);
  }
}
