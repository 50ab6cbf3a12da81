package dev.palinode.gitwriter.jgit;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;

/**
 * Remembers the trees and small files that were read lately: to plan, build and prove one commit
 * reads the same few of them dozens of times. It holds only what came out of the store under its
 * id, never what somebody meant to put there.
 */
final class ReadOnce extends ObjectReader.Filter {
  private static final int MAX_BYTES = 4 << 20;
  private static final int MAX_OBJECT_BYTES = 1 << 20;

  /** What an entry costs beside its content. */
  private static final int OVERHEAD = 200;

  private final ObjectReader store;

  /** The one that was not asked for longest comes first. */
  private final Map<ObjectId, ObjectLoader> read = new LinkedHashMap<>(64, 0.75f, true);

  private long bytes;

  /**
   * @param store closed with this reader
   */
  ReadOnce(ObjectReader store) {
    this.store = store;
  }

  @Override
  protected ObjectReader delegate() {
    return store;
  }

  @Override
  public ObjectLoader open(AnyObjectId id) throws IOException {
    return open(id, OBJ_ANY);
  }

  @Override
  public ObjectLoader open(AnyObjectId id, int type) throws IOException {
    ObjectLoader known = read.get(id);
    if (known != null && (type == OBJ_ANY || type == known.getType())) {
      return known;
    }
    ObjectLoader found = store.open(id, type);
    if (found.getType() != Constants.OBJ_COMMIT && found.getSize() <= MAX_OBJECT_BYTES) {
      remember(id.copy(), found);
    }
    return found;
  }

  private void remember(ObjectId id, ObjectLoader found) {
    read.put(id, found);
    bytes += cost(found);
    var eldest = read.values().iterator();
    while (bytes > MAX_BYTES) {
      bytes -= cost(eldest.next());
      eldest.remove();
    }
  }

  private static long cost(ObjectLoader object) {
    return object.getSize() + OVERHEAD;
  }
}
