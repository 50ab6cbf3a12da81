package dev.palinode.gitwriter.jgit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.Pack;
import org.eclipse.jgit.internal.storage.file.PackIndex.MutableEntry;
import org.eclipse.jgit.internal.storage.file.PackInserter;
import org.eclipse.jgit.internal.storage.pack.PackExt;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.util.FileUtils;

/**
 * Joins the small packs and loose objects that every fetch and push leaves behind into one pack. It
 * drops nothing and never touches the big pack of the first fetch, so its price is that of the last
 * few dozen writes, whatever the size of the repository; JGit's gc would walk all of it, and fails
 * on a partial clone.
 */
final class PackJoin {
  private static final long SMALL_OBJECTS = 20_000;
  private static final long LARGE_BLOB_BYTES = 32L << 20;

  private static final Pattern LOOSE = Pattern.compile(".*/([0-9a-f]{2})/([0-9a-f]{38})");

  private PackJoin() {}

  /**
   * Nobody else may be using the store, and it must be opened anew afterwards.
   *
   * @throws IOException and then the store is no longer to be trusted
   */
  static void join(FileRepository store) throws IOException {
    List<Pack> small = new ArrayList<>();
    for (Pack pack : store.getObjectDatabase().getPacks()) {
      if (pack.getIndex().getObjectCount() < SMALL_OBJECTS
          && pack.getPackFile().length() < LARGE_BLOB_BYTES) {
        small.add(pack);
      }
    }
    List<Path> loose = loose(store.getObjectsDirectory().toPath());
    Set<ObjectId> objects = new HashSet<>();
    for (Pack pack : small) {
      for (MutableEntry entry : pack) {
        objects.add(entry.toObjectId());
      }
    }
    loose.forEach(file -> objects.add(id(file)));
    copy(store, objects);
    for (Pack pack : small) {
      for (PackExt ext : PackExt.values()) {
        FileUtils.delete(pack.getPackFile().create(ext), FileUtils.SKIP_MISSING);
      }
    }
    for (Path file : loose) {
      Files.delete(file);
    }
  }

  private static void copy(FileRepository store, Set<ObjectId> objects) throws IOException {
    try (ObjectReader reader = store.newObjectReader();
        PackInserter joined = store.getObjectDatabase().newPackInserter()) {
      joined.checkExisting(false);
      for (ObjectId object : objects) {
        ObjectLoader loader = reader.open(object);
        joined.insert(loader.getType(), loader.getBytes(Integer.MAX_VALUE));
      }
      joined.flush();
    }
  }

  private static List<Path> loose(Path objects) throws IOException {
    try (Stream<Path> files = Files.walk(objects, 2)) {
      return files.filter(f -> LOOSE.matcher(f.toString()).matches()).toList();
    }
  }

  private static ObjectId id(Path file) {
    Matcher name = LOOSE.matcher(file.toString());
    if (!name.matches()) {
      throw new IllegalArgumentException(file + " is no loose object");
    }
    return ObjectId.fromString(name.group(1) + name.group(2));
  }
}
