package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.Credentials;
import java.io.File;
import java.security.KeyPair;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.eclipse.jgit.transport.sshd.SshdSessionFactoryBuilder;
import org.jspecify.annotations.Nullable;

/**
 * What one talk with a server needs beside the transport. Ssh uses the key and the known hosts of
 * the credentials and nothing of the machine: no agent, no configuration, no file.
 */
final class Connection implements AutoCloseable {
  /** A folder that is not there: JGit insists on one to look for files in. */
  private static final File NOWHERE = new File("/nonexistent/palinode");

  private final Optional<HttpConnectionFactory> http;
  private final List<KeyPair> keys;
  private final KnownHosts hosts;
  private @Nullable SshdSessionFactory sessions;

  Connection(Credentials credentials) {
    this.http =
        credentials.passage().isUsual()
            ? Optional.empty()
            : Optional.of(new PassageConnections(credentials.passage()));
    Optional<Credentials.SshLogin> login = credentials.sshLogin();
    this.keys = login.map(Credentials.SshLogin::key).stream().toList();
    this.hosts =
        new KnownHosts(
            login.map(Credentials.SshLogin::knownHosts).orElse(""), credentials.origin());
  }

  /** Makes the HTTP connections, where they are not the platform's usual ones. */
  Optional<HttpConnectionFactory> http() {
    return http;
  }

  SshdSessionFactory sessions() {
    SshdSessionFactory made = sessions;
    if (made == null) {
      made =
          new SshdSessionFactoryBuilder()
              .setHomeDirectory(NOWHERE)
              .setSshDirectory(NOWHERE)
              .setConfigStoreFactory((_, _, _) -> null)
              .setDefaultKnownHostsFiles(_ -> List.of())
              .setDefaultIdentities(_ -> List.of())
              .setDefaultKeysProvider(_ -> keys)
              .setPreferredAuthentications("publickey")
              .setServerKeyDatabase((_, _) -> hosts)
              .setConnectorFactory(null)
              .build(null);
      sessions = made;
    }
    return made;
  }

  /** Why we would not talk to the server, if it was us who ended it. */
  Optional<String> refusal() {
    return hosts.refusal();
  }

  @Override
  public void close() {
    if (sessions != null) {
      sessions.close();
    }
  }
}
