package dev.palinode.gitwriter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.RevertSpec;
import dev.palinode.crds.Span;
import java.util.List;
import org.junit.jupiter.api.Test;

class IntentTest {
  @Test
  void revertAndTarget_makeTheIntent() {
    Intent wanted = Shop.wish("https://git.example.com/shop/deploy.git").files("a.env").intent();
    RevertSpec revert =
        new RevertSpec(
            wanted.id(),
            wanted.cluster(),
            new CanarySpec.Source(wanted.repository().url(), "main", Shop.PATH, List.of("a.env")),
            wanted.object(),
            wanted.failed(),
            wanted.lastGood(),
            RevertSpec.Mode.Commit,
            wanted.reason());
    GitTargetSpec target =
        new GitTargetSpec(
            wanted.repository().url(),
            "main",
            null,
            wanted.grants(),
            wanted.author(),
            null,
            wanted.budget(),
            Span.of("720h"),
            null,
            null,
            null,
            null,
            null,
            null);

    assertThat(Intent.of(revert, target, Shop.ASKED)).isEqualTo(wanted);
    assertThat(wanted.skipCi()).isFalse();
  }
}
