package dev.palinode.gitwriter.forge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palinode.crds.GitTargetSpec.Provider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceTest {
  @ParameterizedTest
  @CsvSource({
    "GITHUB, https://github.com/shop/deploy.git, https://api.github.com, shop, deploy",
    "GITHUB, git@github.com:shop/deploy.git, https://api.github.com, shop, deploy",
    "GITHUB, https://ghe.example.com/shop/deploy, https://ghe.example.com/api/v3, shop, deploy",
    "GITHUB, https://acme.ghe.com/shop/deploy, https://api.acme.ghe.com, shop, deploy",
    "GITLAB, https://gitlab.com/a/b/c/deploy.git/, https://gitlab.com/api/v4, a/b/c, deploy",
    "GITLAB, ssh://git@gl.example.com:2222/a/deploy, https://gl.example.com/api/v4, a, deploy",
    "GITEA, http://localhost:3000/shop/deploy.git, http://localhost:3000/api/v1, shop, deploy",
    "FORGEJO, https://codeberg.org/shop/deploy, https://codeberg.org/api/v1, shop, deploy",
    "BITBUCKET, https://bitbucket.org/shop/deploy, https://api.bitbucket.org/2.0, shop, deploy",
    "BITBUCKETSERVER, https://bb.io/scm/SHOP/deploy.git, https://bb.io/rest, SHOP, deploy",
    "BITBUCKETSERVER, https://a.io/bb/scm/SHOP/deploy.git, https://a.io/bb/rest, SHOP, deploy",
    "AZUREDEVOPS, https://dev.azure.com/acme/shop/_git/deploy, https://dev.azure.com/acme, shop,"
        + " deploy",
    "AZUREDEVOPS, https://acme.visualstudio.com/my%20shop/_git/deploy,"
        + " https://acme.visualstudio.com, my shop, deploy",
    "AZUREDEVOPS, git@ssh.dev.azure.com:v3/acme/shop/deploy, https://dev.azure.com/acme, shop,"
        + " deploy",
  })
  void usualUrl_leadsToTheApi(Provider provider, String url, String api, String owner, String name)
      throws Exception {
    Place place = Place.of(provider, url, null);

    assertThat(place.api()).hasToString(api);
    assertThat(place.owner()).isEqualTo(owner);
    assertThat(place.name()).isEqualTo(name);
  }

  @Test
  void apiUrl_winsOverTheUsualPlace() throws Exception {
    Place place =
        Place.of(Provider.GITLAB, "https://git.example.com/shop/deploy", "https://x.io/gl/api/v4/");

    assertThat(place.api()).hasToString("https://x.io/gl/api/v4");
    assertThat(place.owner()).isEqualTo("shop");
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://github.com/deploy", "/srv/git/shop/deploy.git", "deploy"})
  void urlWithoutAnOwnerOrHost_isSaidToBeOdd(String url) {
    assertThatThrownBy(() -> Place.of(Provider.GITHUB, url, null)).isInstanceOf(Place.Odd.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://x.io", "x.io/api", "http://"})
  void apiUrlThatIsNone_isSaidToBeOdd(String api) {
    assertThatThrownBy(() -> Place.of(Provider.GITEA, "https://a.io/b/c", api))
        .isInstanceOf(Place.Odd.class);
  }

  @Test
  void localRepository_needsAnApiUrl() throws Exception {
    assertThat(Place.of(Provider.GITEA, "/srv/git/shop/deploy.git", "http://x.io/api/v1").owner())
        .isEqualTo("shop");
  }
}
