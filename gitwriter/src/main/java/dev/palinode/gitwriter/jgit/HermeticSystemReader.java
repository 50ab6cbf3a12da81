package dev.palinode.gitwriter.jgit;

import java.io.File;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.storage.file.WindowCacheConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/** Keeps the machine's git settings, and git's environment variables, out of what we write. */
public final class HermeticSystemReader extends SystemReader.Delegate {
  private static boolean installed;

  private HermeticSystemReader(SystemReader delegate) {
    super(delegate);
  }

  /** Once per process: JGit's reader and its cache of pack windows are global. */
  public static synchronized void install() {
    if (!installed) {
      SystemReader.setInstance(new HermeticSystemReader(SystemReader.getInstance()));
      // Measuring the disk's clock takes seconds; the first write need not wait for it.
      FS.FileStoreAttributes.setBackground(true);
      WindowCacheConfig windows = new WindowCacheConfig();
      windows.setPackedGitLimit(32L << 20);
      windows.setPackedGitOpenFiles(256);
      windows.setPackedGitMMAP(false);
      windows.install();
      installed = true;
    }
  }

  @Override
  public @Nullable String getenv(String variable) {
    return variable.startsWith("GIT_") ? null : super.getenv(variable);
  }

  @Override
  public FileBasedConfig openUserConfig(@Nullable Config parent, FS fs) {
    return new Nothing(parent, fs);
  }

  @Override
  public FileBasedConfig openSystemConfig(@Nullable Config parent, FS fs) {
    return new Nothing(parent, fs);
  }

  @Override
  public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
    return new Nothing(parent, fs);
  }

  /** A config that is empty and stays so on disk. */
  private static final class Nothing extends FileBasedConfig {
    Nothing(@Nullable Config parent, FS fs) {
      super(parent, new File("palinode-no-such-gitconfig"), fs);
    }

    @Override
    public void load() {}

    @Override
    public void save() {}

    @Override
    public boolean isOutdated() {
      return false;
    }
  }
}
