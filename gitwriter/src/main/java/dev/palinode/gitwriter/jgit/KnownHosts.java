package dev.palinode.gitwriter.jgit;

import java.io.IOException;
import java.io.StringReader;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.client.config.hosts.KnownHostEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.sshd.ServerKeyDatabase;
import org.jspecify.annotations.Nullable;

/**
 * Host keys as OpenSSH's known_hosts names them, plain or hashed. A host that is not in it, or
 * shows another key, is not spoken to: nobody is asked and nothing is learnt.
 */
final class KnownHosts implements ServerKeyDatabase {
  private final List<KnownHostEntry> entries;
  private final String origin;
  private volatile @Nullable String refusal;

  /**
   * @param text lines; one that cannot be read counts for nothing
   * @param origin what a person must fix
   */
  KnownHosts(String text, String origin) {
    this.entries = read(text);
    this.origin = origin;
  }

  private static List<KnownHostEntry> read(String text) {
    List<KnownHostEntry> all = new ArrayList<>();
    for (String line : text.lines().toList()) {
      try {
        all.addAll(KnownHostEntry.readKnownHostEntries(new StringReader(line), true));
      } catch (IOException | RuntimeException e) {
        // Without it its host stays unknown, which is said when that host is spoken to.
      }
    }
    return all;
  }

  @Override
  public List<PublicKey> lookup(
      String connectAddress, InetSocketAddress remoteAddress, Configuration config) {
    return keys(connectAddress, false);
  }

  /** Keys of a host, written as {@code host} or {@code [host]:port}. */
  private List<PublicKey> keys(String address, boolean revoked) {
    Host host = Host.of(address);
    List<PublicKey> keys = new ArrayList<>();
    for (KnownHostEntry entry : entries) {
      String marker = Optional.ofNullable(entry.getMarker()).orElse("");
      if (marker.equals(revoked ? "revoked" : "") && entry.isHostMatch(host.name, host.port)) {
        try {
          @Nullable PublicKey key =
              entry.getKeyEntry().resolvePublicKey(null, PublicKeyEntryResolver.IGNORING);
          if (key != null) {
            keys.add(key);
          }
        } catch (IOException | GeneralSecurityException e) {
          // A key of a kind that is not known here cannot be the server's.
        }
      }
    }
    return keys;
  }

  private record Host(String name, int port) {
    private static final int SSH = 22;

    static Host of(String address) {
      int end = address.lastIndexOf("]:");
      return address.startsWith("[") && end > 0
          ? new Host(address.substring(1, end), Integer.parseInt(address.substring(end + 2)))
          : new Host(address, SSH);
    }
  }

  @Override
  public boolean accept(
      String connectAddress,
      InetSocketAddress remoteAddress,
      PublicKey serverKey,
      Configuration config,
      @Nullable CredentialsProvider provider) {
    List<PublicKey> known = keys(connectAddress, false);
    boolean isRevoked =
        keys(connectAddress, true).stream().anyMatch(k -> KeyUtils.compareKeys(k, serverKey));
    if (!isRevoked && known.stream().anyMatch(k -> KeyUtils.compareKeys(k, serverKey))) {
      return true;
    }
    String shown = KeyUtils.getKeyType(serverKey) + " " + KeyUtils.getFingerPrint(serverKey);
    String check = "; if its owner confirms this key, write it to known_hosts in " + origin;
    refusal =
        known.isEmpty()
            ? "the host key of %s is unknown: it shows %s%s".formatted(connectAddress, shown, check)
            : "the host key of %s is not the known one: it shows %s; somebody may stand in between, or the host was set up anew%s"
                .formatted(connectAddress, shown, check);
    return false;
  }

  Optional<String> refusal() {
    return Optional.ofNullable(refusal);
  }
}
