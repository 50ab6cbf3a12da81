package dev.palinode.gitwriter.jgit;

import java.io.IOException;

/** The local mirror cannot be used as it is. It is disposable: fetch it anew. */
final class StoreFault extends IOException {
  private static final long serialVersionUID = 1L;

  StoreFault(String message, Throwable cause) {
    super(message, cause);
  }
}
