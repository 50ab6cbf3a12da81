package dev.palinode.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Needs(Part.GIT)
class GitServerTest {
  private Testbed testbed;
  @TempDir private Path folder;

  @Test
  void rightToken_pushArrives() throws Exception {
    var repository = testbed.git().createRepository("pushed");
    String first = repository.commit(Map.of("app.yaml", "image: v1\n"), "First");
    Path clone = cloneOf(repository, repository.token());

    Files.writeString(clone.resolve("app.yaml"), "image: v2\n");
    commitAndPush(clone);

    assertThat(repository.file("main", "app.yaml")).isEqualTo("image: v2\n");
    assertThat(repository.log(first + "..main"))
        .singleElement()
        .satisfies(commit -> assertThat(commit.subject()).isEqualTo("Second"));
  }

  @Test
  void wrongToken_isRefused() {
    var repository = testbed.git().createRepository("guarded");
    repository.commit(Map.of("app.yaml", "image: v1\n"), "First");

    assertThatThrownBy(() -> cloneOf(repository, "guessed"))
        .hasMessageContaining("Authentication failed");
  }

  @Test
  void protectedBranch_pushIsRefusedInItsWords() throws Exception {
    var repository = testbed.git().createRepository("protected");
    String first = repository.commit(Map.of("app.yaml", "image: v1\n"), "First");
    Path clone = cloneOf(repository, repository.token());
    Files.writeString(clone.resolve("app.yaml"), "image: v2\n");
    repository.refusePushes("Don't push to the protected branch main");

    assertThatThrownBy(() -> commitAndPush(clone))
        .hasMessageContaining("Don't push to the protected branch main");
    assertThat(repository.head()).isEqualTo(first);

    repository.acceptPushes();
    Git.run(clone, "", "push", "--quiet", "origin", "main");
    assertThat(repository.head()).isNotEqualTo(first);
  }

  @Test
  void serverDown_comesBackOnTheSamePort() throws Exception {
    var repository = testbed.git().createRepository("outage");
    repository.commit(Map.of("app.yaml", "image: v1\n"), "First");
    Path clone = cloneOf(repository, repository.token());

    testbed.git().down();
    assertThatThrownBy(() -> Git.run(clone, "", "fetch")).hasMessageContaining("Failed to connect");

    testbed.git().up();
    assertThat(Git.run(clone, "", "fetch")).isEmpty();
  }

  @Test
  void nullContent_deletesTheFile() {
    var repository = testbed.git().createRepository("deleted");
    repository.commit(Map.of("a.yaml", "a: 1\n", "b.yaml", "b: 1\n"), "First");
    var gone = new java.util.HashMap<String, String>();
    gone.put("a.yaml", null);

    repository.commit("main", gone, "Without a\n\nWith a body.");

    assertThat(repository.log().getFirst().message()).contains("With a body.");
    assertThat(Git.run(repository.path(), "", "ls-tree", "--name-only", "main"))
        .isEqualTo("b.yaml\n");
  }

  private Path cloneOf(GitRepository repository, String token) {
    String url = repository.url().toString().replace("http://", "http://someone:" + token + "@");
    Git.run(folder, "", "clone", "--quiet", url, "clone");
    return folder.resolve("clone");
  }

  private static void commitAndPush(Path clone) {
    Git.run(
        clone,
        "",
        "-c",
        "user.name=B",
        "-c",
        "user.email=b@example.com",
        "commit",
        "--quiet",
        "-am",
        "Second");
    Git.run(clone, "", "push", "--quiet", "origin", "main");
  }
}
