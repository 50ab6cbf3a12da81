package dev.palinode.gitwriter.forge;

import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.GitTargetSpec.Provider;
import java.util.function.Function;

/** Every kind of host there is an adapter for, with a fake that speaks like it. */
enum Kind {
  GITHUB(Provider.GITHUB, "https://github.com/shop/deploy.git", "", FakeGitHub::new),
  GITHUB_ENTERPRISE(
      Provider.GITHUB, "https://ghe.example.com/shop/deploy", "/api/v3", FakeGitHub::new),
  GITLAB(
      Provider.GITLAB,
      "https://gitlab.example.com/shop/team/deploy.git",
      "/api/v4",
      FakeGitLab::new),
  GITEA(Provider.GITEA, "https://gitea.example.com/shop/deploy.git", "/api/v1", FakeGitea::new),
  FORGEJO(Provider.FORGEJO, "https://codeberg.org/shop/deploy.git", "/api/v1", FakeGitea::new),
  BITBUCKET_CLOUD(
      Provider.BITBUCKET, "https://bitbucket.org/shop/deploy.git", "/2.0", FakeBitbucketCloud::new),
  BITBUCKET_DATA_CENTER(
      Provider.BITBUCKETSERVER,
      "https://bb.example.com/scm/SHOP/deploy.git",
      "/rest",
      FakeBitbucketDataCenter::new),
  AZURE_DEVOPS(
      Provider.AZUREDEVOPS, "https://dev.azure.com/acme/shop/_git/deploy", "/acme", FakeAzure::new);

  final Provider provider;
  final String url;
  final String root;
  final Function<FakeHost, FakeApi> api;

  Kind(Provider provider, String url, String root, Function<FakeHost, FakeApi> api) {
    this.provider = provider;
    this.url = url;
    this.root = root;
    this.api = api;
  }

  GitTargetSpec.PullRequest wanted(String server, GitTargetSpec.Merge merge) {
    return new GitTargetSpec.PullRequest(provider, merge, null, server + root);
  }

  /** True if it can be told by name whom to ask. */
  boolean asksByName() {
    return switch (this) {
      case GITHUB, GITHUB_ENTERPRISE, GITLAB, GITEA, FORGEJO, BITBUCKET_DATA_CENTER -> true;
      case BITBUCKET_CLOUD, AZURE_DEVOPS -> false;
    };
  }

  /** True if it tells the account of a commit's author. */
  boolean tellsAuthors() {
    return switch (this) {
      case GITHUB, GITHUB_ENTERPRISE, GITEA, FORGEJO, BITBUCKET_DATA_CENTER, BITBUCKET_CLOUD ->
          true;
      case GITLAB, AZURE_DEVOPS -> false;
    };
  }
}
