package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.keys.SshKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.pubkey.KeySetPublickeyAuthenticator;
import org.apache.sshd.server.shell.ProcessShellFactory;

/** An ssh server on loopback that runs git's own commands: in this process, or OpenSSH's. */
interface SshServerRig extends AutoCloseable {
  int port();

  String user();

  @Override
  void close() throws IOException;

  /** A new key pair in two files, {@code name} and {@code name.pub}. */
  static KeyPair key(Path dir, String name, String... type) {
    List<String> command = new java.util.ArrayList<>(List.of("ssh-keygen", "-q", "-N", ""));
    command.addAll(List.of("-C", "test", "-f", dir.resolve(name).toString()));
    command.addAll(List.of(type.length == 0 ? new String[] {"-t", "ed25519"} : type));
    BareRepo.run(dir, command.toArray(String[]::new));
    try {
      byte[] bytes = Files.readAllBytes(dir.resolve(name));
      return ((SshKeys.Read.Usable) SshKeys.read(bytes, Optional.empty())).key();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  default String url(BareRepo repo) {
    return "ssh://" + user() + "@127.0.0.1:" + port() + repo.dir;
  }

  default Credentials credentials(KeyPair client, KeyPair host) {
    return Credentials.ssh(
        client,
        "[127.0.0.1]:" + port() + " " + SshKeys.publicLine(host) + "\n",
        "Secret palinode-system/shop-git");
  }

  static SshServerRig inProcess(KeyPair host, KeyPair client) throws IOException {
    SshServer server = SshServer.setUpDefaultServer();
    server.setHost("127.0.0.1");
    server.setKeyPairProvider(KeyPairProvider.wrap(host));
    server.setPublickeyAuthenticator(
        new KeySetPublickeyAuthenticator("client", List.of(client.getPublic())));
    server.setCommandFactory((channel, command) ->
        new ProcessShellFactory(command, "sh", "-c", command).createShell(channel));
    server.start();
    return new SshServerRig() {
      @Override
      public int port() {
        return server.getPort();
      }

      @Override
      public String user() {
        return "git";
      }

      @Override
      public void close() throws IOException {
        server.stop(true);
      }
    };
  }

  static boolean hasOpenSsh() {
    return Files.isExecutable(Path.of("/usr/sbin/sshd"));
  }

  /** OpenSSH's server with the key files {@code host} and {@code client.pub} of {@code dir}. */
  static SshServerRig openSsh(Path dir) throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path config =
        Files.writeString(
            dir.resolve("sshd_config"),
            """
            ListenAddress 127.0.0.1:%d
            HostKey %s
            AuthorizedKeysFile %s
            PasswordAuthentication no
            StrictModes no
            UsePAM no
            PidFile none
            """
                .formatted(port, dir.resolve("host"), dir.resolve("client.pub")));
    String run = "exec /usr/sbin/sshd -D -e -f '" + config + "'";
    boolean isRoot = System.getProperty("user.name").equals("root");
    // As root it wants a folder under /run; a mount of our own leaves the machine's alone.
    String script =
        isRoot
            ? "exec unshare --mount sh -c \"mount -t tmpfs none /run && mkdir /run/sshd && "
                + run
                + "\""
            : run;
    Process process =
        new ProcessBuilder("sh", "-c", script)
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("sshd.log").toFile())
            .start();
    await(process, port, dir.resolve("sshd.log"));
    return new SshServerRig() {
      @Override
      public int port() {
        return port;
      }

      @Override
      public String user() {
        return System.getProperty("user.name");
      }

      @Override
      public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    };
  }

  private static void await(Process process, int port, Path log) throws IOException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (process.isAlive() && System.nanoTime() < end) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
        return;
      } catch (IOException e) {
        Thread.onSpinWait();
      }
    }
    throw new AssertionError("sshd did not start: " + Files.readString(log));
  }
}
