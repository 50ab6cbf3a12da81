package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.plan.Grants;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The last look must catch what a wrong plan or a wrong build would let through. */
class RestoreProofTest {
  private static final Grants GRANTED = new Grants(List.of("apps/checkout"));
  @TempDir Path dir;
  private BareRepo repo;
  private String good;
  private String bad;

  @BeforeEach
  void release() {
    repo = BareRepo.create(dir);
    good = repo.commit("good", Shop.good());
    bad = repo.commit("bad", Shop.bad());
  }

  private Optional<String> violation(String result, Set<String> planned, Grants grants)
      throws IOException {
    try (Repository db = repo.open();
        ObjectReader reader = db.newObjectReader()) {
      return RestoreProof.violation(
          reader, tree(db, bad), tree(db, result), tree(db, good), planned, grants);
    }
  }

  private static ObjectId tree(Repository db, String commit) throws IOException {
    return db.resolve(commit + "^{tree}");
  }

  @Test
  void exactRestore_passes() throws IOException {
    assertThat(violation(good, Set.of(Shop.DEPLOYMENT), GRANTED)).isEmpty();
  }

  @Test
  void valueOfTheLastGoodCommitInTheTipsFile_passes() throws IOException {
    String tip = Shop.deployment(Shop.BAD_IMAGE).replace("# the release", "# later");
    bad = repo.commit("later", Map.of(Shop.DEPLOYMENT, tip));
    String value = tip.replace(Shop.BAD_IMAGE, Shop.GOOD_IMAGE);
    String edited = repo.commit("x", Map.of(Shop.DEPLOYMENT, value));
    assertThat(violation(edited, Set.of(Shop.DEPLOYMENT), GRANTED)).isEmpty();
    String more = repo.commit("x", Map.of(Shop.DEPLOYMENT, value + "# more\n"));
    assertThat(violation(more, Set.of(Shop.DEPLOYMENT), GRANTED)).isPresent();
  }

  @Test
  void newContent_isCaught() throws IOException {
    String evil = repo.commit("x", Map.of(Shop.DEPLOYMENT, Shop.deployment("evil:1")));
    assertThat(violation(evil, Set.of(Shop.DEPLOYMENT), GRANTED)).isPresent();
  }

  @Test
  void anotherMode_isCaught() throws IOException {
    good = repo.commit("x", Map.of("apps/checkout/run.sh", "#!/bin/sh\n"));
    bad = repo.delete("x", "apps/checkout/run.sh");
    repo.reset(bad);
    assertThat(violation(good, Set.of("apps/checkout/run.sh"), GRANTED)).isEmpty();
    String link = repo.commit("x", Map.of("apps/checkout/run.sh", "-> #!/bin/sh\n"));
    assertThat(violation(link, Set.of("apps/checkout/run.sh"), GRANTED)).isPresent();
  }

  @Test
  void unplannedOrUngrantedOrMissingChange_isCaught() throws IOException {
    assertThat(violation(good, Set.of(), GRANTED)).isPresent();
    assertThat(violation(good, Set.of(Shop.DEPLOYMENT), new Grants(List.of("apps/cart"))))
        .isPresent();
    assertThat(violation(good, Set.of(Shop.DEPLOYMENT, Shop.CONFIG), GRANTED)).isPresent();
    assertThat(violation(bad, Set.of(Shop.DEPLOYMENT), GRANTED)).isPresent();
  }
}
