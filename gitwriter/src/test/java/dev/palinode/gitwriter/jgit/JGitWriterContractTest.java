package dev.palinode.gitwriter.jgit;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.GitHistory;
import dev.palinode.gitwriter.GitWriter;
import dev.palinode.gitwriter.GitWriterContract;
import dev.palinode.gitwriter.Shop;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class JGitWriterContractTest extends GitWriterContract {
  @TempDir Path dir;
  private BareRepo repo;
  private JGitWriter writer;

  @BeforeEach
  void start() {
    repo = BareRepo.create(dir);
    writer =
        new JGitWriter(
            LocalRepoCase.settings(dir.resolve("store"), 5),
            _ -> Observed.known(Credentials.none()),
            () -> Shop.ASKED);
  }

  @AfterEach
  void stop() {
    writer.close();
    repo.fsck();
  }

  @Override
  protected GitWriter writer() {
    return writer;
  }

  @Override
  protected GitHistory history() {
    return writer;
  }

  @Override
  protected String url() {
    return repo.url();
  }

  @Override
  protected String commit(String message, Map<String, String> files) {
    return repo.commit(message, files);
  }

  @Override
  protected void reachable(boolean now) {
    Path away = dir.resolve("away");
    if (!(now
        ? away.toFile().renameTo(repo.dir.toFile())
        : repo.dir.toFile().renameTo(away.toFile()))) {
      throw new AssertionError("cannot move the repository");
    }
  }

  @Override
  protected int commits() {
    return repo.count();
  }

  @Override
  protected String text(String file) {
    return repo.text(file);
  }
}
