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
   * Asked once after the server refused what {@link #forRepository} gave. The same again means that
   * there is nothing newer, and the server is not asked a second time.
   */
  default Observed<Credentials> renewed(Repository repository, Credentials refused) {
    return forRepository(repository);
  }
}
