package dev.palinode.testbed;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Picks free ports on loopback.
 *
 * <p>From below the range that systems use for outgoing connections: a port that a server gives up
 * for a simulated outage must still be free when it comes back.
 */
final class Ports {
  private static final int FIRST = 20_000;
  private static final int LAST = 30_000;

  private Ports() {}

  static int free() {
    for (int attempt = 0; attempt < 200; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
      try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException inUse) {
        // Try another.
      }
    }
    throw new IllegalStateException("no free port between " + FIRST + " and " + LAST);
  }
}
