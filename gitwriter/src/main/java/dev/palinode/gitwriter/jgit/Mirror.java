package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.plan.Tree;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One remote's bare store. Nothing in it is precious: whatever is wrong, it is fetched again. */
final class Mirror implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Mirror.class);

  /** Every pack is one more place to look for an object. */
  private static final int JOIN_FROM = 50;

  /** More than joining can mend: something else is wrong. */
  private static final int MAX_PACKS = 1_000;

  private final Path folder;
  private final String name;
  private final Runnable onRebuild;

  /** Work reads, tidying writes. */
  private final ReadWriteLock use = new ReentrantReadWriteLock();

  private int generation;
  private @Nullable FileRepository current;

  /** Something done with the store; may be done a second time with a new one. */
  interface Work<T> {
    T with(FileRepository store) throws IOException;
  }

  Mirror(Path folder, String name, Runnable onRebuild) {
    this.folder = folder;
    this.name = name;
    this.onRebuild = onRebuild;
  }

  /**
   * @throws StoreFault if it failed with a new store as well
   */
  <T> T use(Work<T> work) throws StoreFault {
    use.readLock().lock();
    try {
      return once(work);
    } catch (StoreFault first) {
      log.warn("{} is fetched anew: {}", name, first.getMessage());
      onRebuild.run();
      return once(work);
    } finally {
      use.readLock().unlock();
    }
  }

  private <T> T once(Work<T> work) throws StoreFault {
    @Nullable FileRepository store = null;
    try {
      store = lease();
      return work.with(store);
    } catch (Tree.TooLarge e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // JGit meets garbage in a pack or an index with unchecked exceptions, too.
      discard(store);
      throw new StoreFault("the local mirror failed: " + e.getMessage(), e);
    } finally {
      if (store != null) {
        store.close();
      }
    }
  }

  /** Keeps the number of packs bounded. Does nothing while the store is in use. */
  void tidy() {
    if (!use.writeLock().tryLock()) {
      return;
    }
    try {
      join();
    } finally {
      use.writeLock().unlock();
    }
  }

  private synchronized void join() {
    FileRepository store = current;
    if (store == null || store.getObjectDatabase().getPacks().size() < JOIN_FROM) {
      return;
    }
    try {
      PackJoin.join(store);
      store.close();
      current = open(store.getDirectory());
    } catch (IOException | RuntimeException e) {
      log.warn("{} could not be tidied: {}", name, e.getMessage());
      discard(store);
    }
  }

  private synchronized FileRepository lease() throws IOException {
    FileRepository store = current;
    if (store != null && store.getObjectDatabase().getPacks().size() > MAX_PACKS) {
      discard(store);
      store = null;
    }
    if (store == null) {
      store = create(folder.resolve(name + "-" + generation++ + ".git"));
      current = store;
    }
    store.incrementOpen();
    return store;
  }

  private static FileRepository create(Path directory) throws IOException {
    FileRepository store = open(directory.toFile());
    store.create(true);
    StoredConfig config = store.getConfig();
    configure(config);
    config.save();
    return store;
  }

  private static void configure(StoredConfig config) {
    config.setInt("gc", null, "auto", 0);
    config.setBoolean("gc", null, "autoDetach", false);
    config.setBoolean("fetch", null, "autogc", false);
    config.setBoolean("receive", null, "autogc", false);
    config.setBoolean("core", null, "multiPackIndex", false);
    config.setBoolean("core", null, "logAllRefUpdates", false);
    config.setInt("protocol", null, "version", 2);
    // A redirect would carry our Authorization header to whoever it names.
    config.setString("http", null, "followRedirects", "false");
    // JGit seeks no deltas for what it finds packed, and the folders of a chain differ by one id.
    config.setBoolean("pack", null, "reuseObjects", false);
    config.setInt("pack", null, "threads", 1);
    // What is larger goes whole: a search holds ten objects at a time.
    config.setInt("core", null, "bigFileThreshold", 1 << 20);
  }

  private static FileRepository open(File gitDir) throws IOException {
    return (FileRepository) new FileRepositoryBuilder().setGitDir(gitDir).setBare().build();
  }

  /** Others that still use the store get faults of their own and come back for the new one. */
  private synchronized void discard(@Nullable FileRepository store) {
    if (store != null && store == current) {
      current = null;
      store.close();
      delete(store.getDirectory().toPath());
    }
  }

  static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : all) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // What stays behind is in nobody's way and goes with the next start.
    }
  }

  @Override
  public synchronized void close() {
    discard(current);
  }
}
