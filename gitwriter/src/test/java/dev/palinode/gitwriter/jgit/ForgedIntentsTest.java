package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.GitTargetSpec.Grant;
import dev.palinode.crds.RevertSpec;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.WriteOutcome.Blocked;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a cluster that was taken over may ask for. It can name the past of its own app and nothing
 * else: every wish for more is refused with a reason and reaches no server.
 */
class ForgedIntentsTest extends LocalRepoCase {
  private static final String EVIL = "registry/evil:1";
  private static final String EXTRA = "apps/checkout/extra";

  /** The honest wish, with what is forged about it. */
  private interface Forgery extends Function<ForgedIntentsTest, Intent> {}

  private static Named<Forgery> forged(String name, Forgery forgery) {
    return Named.of(name, forgery);
  }

  static Stream<Named<Forgery>> commits() {
    return Stream.of(
        forged("failed commit that is on no branch", t -> t.revisions(t.sideCommit(), t.good)),
        forged("last good commit of another branch", t -> t.revisions(t.bad, t.sideCommit())),
        forged(
            "last good commit of another branch, merged as second parent",
            t -> {
              String side = t.sideCommit();
              return t.revisions(t.merge(side), side);
            }),
        forged("last good younger than failed", t -> t.revisions(t.good, t.bad)),
        forged("last good is the failed one", t -> t.revisions(t.bad, t.bad)),
        forged(
            "last good made after the failure",
            t -> {
              String later = t.repo.commit("evil", Map.of(Shop.DEPLOYMENT, Shop.deployment(EVIL)));
              return t.revisions(t.bad, later);
            }),
        forged(
            "annotated tag",
            t -> {
              t.repo.git(
                  "-c", "user.name=x", "-c", "user.email=x@x", "tag", "-am", "x", "v1", t.good);
              return t.revisions(t.bad, t.repo.git("rev-parse", "v1").strip());
            }),
        forged("tree", t -> t.revisions(t.bad, t.id(t.good + "^{tree}"))),
        forged("blob", t -> t.revisions(t.bad, t.id(t.good + ":" + Shop.DEPLOYMENT))),
        forged("nothing", t -> t.revisions(t.bad, "0".repeat(40))),
        forged("commit that does not exist", t -> t.revisions(t.bad, "1234567890".repeat(4))),
        forged("short id", t -> t.revisions(t.bad, t.good.substring(0, 12))),
        forged("HEAD", t -> t.revisions("HEAD", t.good)),
        forged("ref", t -> t.revisions(t.bad, "refs/heads/main")),
        forged("step from a commit", t -> t.revisions(t.bad, t.bad + "~1")),
        forged("upper case", t -> t.revisions(t.bad, t.good.toUpperCase(java.util.Locale.ROOT))),
        forged("option", t -> t.revisions(t.bad, "--upload-pack=touch evil")),
        forged("option before an id", t -> t.revisions(t.bad, "--exec=evil\n" + t.good)),
        forged("too old", t -> t.with(t.wish.intent().path(), Shop.object(), Duration.ofHours(1))));
  }

  static Stream<Named<Forgery>> places() {
    return Stream.of(
        forged("path upwards", t -> t.path("apps/checkout/../cart")),
        forged("path upwards and back", t -> t.path("apps/cart/../checkout/../cart")),
        forged("absolute path", t -> t.path("/apps/checkout")),
        forged("double slash", t -> t.path("apps//checkout")),
        forged("backslash", t -> t.path("apps\\checkout")),
        forged("NUL", t -> t.path("apps/checkout\u0000/x")),
        forged("root", t -> t.path("")),
        forged("parent folder", t -> t.path("apps")),
        forged("another app", t -> t.path("apps/cart")),
        forged("longer name of the same beginning", t -> t.path("apps/checkout-admin")),
        forged("grant that is the beginning of the name", t -> t.granted("apps/check/")),
        forged("grant without its slash", t -> t.granted("apps/check")),
        forged("grant that leads upwards", t -> t.granted("apps/checkout/../")),
        forged("other case", t -> t.path("apps/Checkout")),
        forged("other case of the root", t -> t.path("Apps/checkout")),
        forged(
            "unicode put together otherwise",
            t -> {
              Intent composed = t.wish.grants(Shop.grant("apps/caf\u00e9/")).intent();
              return t.pathOf(composed, "apps/cafe\u0301");
            }),
        forged("git's own folder", t -> t.path("apps/checkout/.git")),
        forged("git's own folder in other case", t -> t.path("apps/checkout/.GiT")),
        forged("git's own folder as Windows shortens it", t -> t.path("apps/checkout/git~1")),
        forged("hook as a file", t -> t.files("apps/checkout/.git/hooks/pre-commit")),
        forged("file outside", t -> t.files("README.md")),
        forged("file upwards", t -> t.files("apps/checkout/../../README.md")),
        forged("empty file name", t -> t.files("")),
        forged("file of another app", t -> t.files("apps/cart/deployment.yaml")));
  }

  static Stream<Named<Forgery>> askers() {
    return Stream.of(
        forged("object of another namespace", t -> t.object("bank", "checkout")),
        forged("object that is not there", t -> t.object("shop", "cart")),
        forged("another kind", t -> t.kind("StatefulSet")),
        forged("another group", t -> t.group("evil.dev/v1")),
        forged(
            "grant of another cluster",
            t -> t.grants(new Grant("prod-us", List.of("shop"), List.of("apps/checkout/")))),
        forged(
            "grant of another namespace",
            t -> t.grants(new Grant(null, List.of("bank"), List.of("apps/checkout/")))),
        forged("no grant", t -> t.grants()),
        forged("id of two lines", t -> t.wish.id("abcdefgh\nRollback-Good: 0").intent()),
        forged("id that is a file name", t -> t.wish.id("../../etc/passwd").intent()),
        forged("remote helper", t -> t.url("ext::sh -c evil")),
        forged("option as host", t -> t.url("ssh://-oProxyCommand=evil/x")),
        forged("option as url", t -> t.url("--upload-pack=evil")),
        forged("password in the url", t -> t.url("https://a:b@127.0.0.1/x")),
        forged("option as branch", t -> t.branch("--force")),
        forged("branch upwards", t -> t.branch("../../x")),
        forged(
            "images that never were",
            t -> t.wish.states(Shop.state(null, Shop.BAD_IMAGE), Shop.state(null, EVIL)).intent()));
  }

  static Stream<Named<Forgery>> contents() {
    return Stream.of(
        forged("symlink", t -> t.extra("-> ../../README.md")),
        forged(
            "symlink at the good commit in place of the manifest",
            t -> {
              t.good = t.repo.commit("link", Map.of(Shop.DEPLOYMENT, "-> ../cart/deployment.yaml"));
              t.bad =
                  t.repo.commit("bad", Map.of(Shop.DEPLOYMENT, Shop.deployment(Shop.BAD_IMAGE)));
              return t.revisions(t.bad, t.good);
            }),
        forged(
            "folder that is a symlink",
            t -> {
              t.repo.commit("link", Map.of("apps/checkout/cart", "-> ../cart"));
              return t.path("apps/checkout/cart");
            }),
        forged(
            "pointer to large storage in place of the manifest",
            t -> {
              String pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
              t.good = t.repo.commit("lfs", Map.of(Shop.DEPLOYMENT, pointer));
              t.bad =
                  t.repo.commit("bad", Map.of(Shop.DEPLOYMENT, Shop.deployment(Shop.BAD_IMAGE)));
              return t.revisions(t.bad, t.good);
            }),
        forged(
            "kustomization that draws in another app",
            t -> {
              String lists = "resources: [deployment.yaml, ../cart/deployment.yaml]\n";
              t.repo.commit(
                  "cart", Map.of("apps/cart/deployment.yaml", Shop.otherDeployment("cart")));
              t.good =
                  t.repo.commit(
                      "x",
                      Map.of(
                          "apps/checkout/kustomization.yaml",
                          lists + "namePrefix: ''\n",
                          Shop.DEPLOYMENT,
                          Shop.deployment(Shop.GOOD_IMAGE)));
              t.bad =
                  t.repo.commit(
                      "x",
                      Map.of(
                          "apps/checkout/kustomization.yaml",
                          lists,
                          Shop.DEPLOYMENT,
                          Shop.deployment(Shop.BAD_IMAGE)));
              return t.revisions(t.bad, t.good);
            }));
  }

  @ParameterizedTest
  @MethodSource({"commits", "places", "askers", "contents"})
  void forgedIntent_isRefusedWithAReasonAndReachesNoServer(Forgery forgery) {
    Intent intent = forgery.apply(this);
    String tip = repo.tip();

    WriteOutcome outcome = writer.submit(intent);

    assertThat(outcome).isInstanceOf(Blocked.class);
    assertThat(((Blocked) outcome).message()).isNotBlank();
    assertThat(remote.pushes).isZero();
    assertThat(repo.tip()).isEqualTo(tip);
    assertThat(repo.reverts()).isZero();
  }

  private String id(String name) {
    return repo.git("rev-parse", name).strip();
  }

  /** A commit that holds what the attacker wants and is not on the branch. */
  private String sideCommit() {
    String side = repo.commit("evil", Map.of(Shop.DEPLOYMENT, Shop.deployment(EVIL)));
    repo.git("update-ref", "refs/heads/side", side);
    repo.reset(bad);
    return side;
  }

  private String merge(String side) {
    String merged =
        repo.git(
                "-c",
                "user.name=x",
                "-c",
                "user.email=x@x",
                "commit-tree",
                "-p",
                bad,
                "-p",
                side,
                "-m",
                "merge",
                bad + "^{tree}")
            .strip();
    repo.reset(merged);
    return merged;
  }

  private Intent revisions(String failed, String lastGood) {
    return wish.revisions(failed, lastGood).intent();
  }

  private Intent path(String path) {
    return wish.path(path).intent();
  }

  private Intent files(String file) {
    return wish.files(file).intent();
  }

  private Intent granted(String path) {
    return wish.grants(Shop.grant(path)).intent();
  }

  private Intent grants(Grant... grants) {
    return wish.grants(grants).intent();
  }

  private Intent extra(String content) {
    good = repo.commit("extra", Map.of(EXTRA, content));
    bad =
        repo.commit(
            "bad",
            Map.of(EXTRA, "text\n", Shop.DEPLOYMENT, Shop.deployment(Shop.BAD_IMAGE) + "#\n"));
    return wish.states(Shop.state(bad, Shop.BAD_IMAGE), Shop.state(good, Shop.BAD_IMAGE))
        .files(EXTRA)
        .intent();
  }

  private Intent object(String namespace, String name) {
    return with(Shop.PATH, new RevertSpec.ObjectRef("apps/v1", "Deployment", namespace, name), OLD);
  }

  private Intent kind(String kind) {
    return with(Shop.PATH, new RevertSpec.ObjectRef("apps/v1", kind, "shop", "checkout"), OLD);
  }

  private Intent group(String version) {
    return with(
        Shop.PATH, new RevertSpec.ObjectRef(version, "Deployment", "shop", "checkout"), OLD);
  }

  private static final Duration OLD = Duration.ofDays(30);

  private Intent url(String url) {
    return rebuilt(wish.intent(), new Repository(url, "main"), Shop.PATH, Shop.object(), OLD);
  }

  private Intent branch(String branch) {
    return rebuilt(
        wish.intent(), new Repository(repo.url(), branch), Shop.PATH, Shop.object(), OLD);
  }

  private Intent pathOf(Intent intent, String path) {
    return rebuilt(intent, intent.repository(), path, intent.object(), OLD);
  }

  private Intent with(String path, RevertSpec.ObjectRef object, Duration maxAge) {
    return rebuilt(wish.intent(), wish.intent().repository(), path, object, maxAge);
  }

  private static Intent rebuilt(
      Intent i, Repository repository, String path, RevertSpec.ObjectRef object, Duration maxAge) {
    return new Intent(
        i.id(),
        i.cluster(),
        repository,
        path,
        i.files(),
        object,
        i.failed(),
        i.lastGood(),
        i.reason(),
        i.createdAt(),
        i.grants(),
        maxAge,
        i.author(),
        i.budget(),
        false);
  }
}
