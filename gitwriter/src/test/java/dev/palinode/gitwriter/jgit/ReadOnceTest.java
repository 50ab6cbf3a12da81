package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadOnceTest {
  @TempDir Path dir;
  private final List<ObjectId> asked = new ArrayList<>();
  private Repository db;
  private BareRepo repo;
  private String commit;
  private ReadOnce reader;

  @BeforeEach
  void open() throws IOException {
    repo = BareRepo.create(dir);
    commit = repo.commit("files", Map.of("a/b.txt", "b"));
    db = repo.open();
    reader = new ReadOnce(new Counting(db.newObjectReader()));
  }

  @AfterEach
  void close() {
    reader.close();
    db.close();
  }

  private final class Counting extends ObjectReader.Filter {
    private final ObjectReader store;

    Counting(ObjectReader store) {
      this.store = store;
    }

    @Override
    protected ObjectReader delegate() {
      return store;
    }

    @Override
    public ObjectLoader open(AnyObjectId id, int type) throws IOException {
      asked.add(id.copy());
      return store.open(id, type);
    }
  }

  private ObjectId id(String name) throws IOException {
    return db.resolve(commit + name);
  }

  @Test
  void treesAndFiles_areReadOnceAndStayTheSame() throws IOException {
    for (int i = 0; i < 3; i++) {
      CommitTree tree = new CommitTree(reader, id("^{tree}"));
      byte[] content = tree.bytes(tree.at("a/b.txt").orElseThrow(), 10).orElseThrow();
      assertThat(content).asString(StandardCharsets.UTF_8).isEqualTo("b");
      content[0] = 'x';
    }
    assertThat(asked).containsExactly(id("^{tree}"), id(":a"), id(":a/b.txt"));
  }

  @Test
  void commits_areNotKept() throws IOException {
    reader.open(id(""), Constants.OBJ_COMMIT);
    reader.open(id(""), Constants.OBJ_COMMIT);
    assertThat(asked).hasSize(2);
  }

  @Test
  void knownUnderAnotherType_isRefused() throws IOException {
    reader.open(id(":a"), Constants.OBJ_TREE);
    assertThatThrownBy(() -> reader.open(id(":a"), Constants.OBJ_BLOB))
        .isInstanceOf(IncorrectObjectTypeException.class);
  }

  @Test
  void missing_isAskedForAgain() {
    ObjectId unknown = ObjectId.fromString("1".repeat(40));
    assertThatThrownBy(() -> reader.open(unknown)).isInstanceOf(MissingObjectException.class);
    assertThatThrownBy(() -> reader.open(unknown)).isInstanceOf(MissingObjectException.class);
    assertThat(asked).hasSize(2);
  }

  @Test
  void moreThanFits_forgetsWhatWasNotUsedForLongest() throws IOException {
    commit = repo.commit("large", Map.of("1", large("1"), "2", large("2"), "3", large("3")));
    String later = repo.commit("larger", Map.of("4", large("4"), "5", large("5")));
    for (String file : List.of(":1", ":2", ":3")) {
      reader.open(id(file));
    }
    reader.open(id(":1"));
    commit = later;
    reader.open(id(":4"));
    reader.open(id(":5"));
    asked.clear();

    for (String file : List.of(":5", ":4", ":1", ":3")) {
      reader.open(id(file));
    }
    reader.open(id(":2"));

    assertThat(asked).containsExactly(id(":2"));
  }

  private static String large(String letter) {
    return letter.repeat(1_000_000);
  }
}
