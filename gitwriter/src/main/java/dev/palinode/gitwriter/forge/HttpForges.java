package dev.palinode.gitwriter.forge;

import dev.palinode.crds.GitTargetSpec;
import dev.palinode.gitwriter.CredentialSource;
import dev.palinode.gitwriter.Repository;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The adapters of all providers over the same HTTP clients. One is kept for each repository, since
 * it remembers the pauses that its host asked for.
 */
public final class HttpForges implements Forges {
  private record Key(Repository repository, GitTargetSpec.Provider provider, String api) {}

  private final CredentialSource credentials;
  private final ForgeHttp.Timing timing;
  private final InstantSource clock;
  private final ForgeListener listener;
  private final HttpClients clients;
  private final Map<Key, Found> known = new ConcurrentHashMap<>();

  /**
   * @param credentials the same that git is written with
   */
  public HttpForges(CredentialSource credentials, InstantSource clock, ForgeListener listener) {
    this(credentials, ForgeHttp.Timing.USUAL, clock, listener);
  }

  HttpForges(
      CredentialSource credentials,
      ForgeHttp.Timing timing,
      InstantSource clock,
      ForgeListener listener) {
    this.credentials = credentials;
    this.timing = timing;
    this.clock = clock;
    this.listener = listener;
    this.clients = new HttpClients(timing.deadline());
  }

  @Override
  public Found of(Repository repository, GitTargetSpec.PullRequest wanted) {
    String api = wanted.apiUrl() == null ? "" : wanted.apiUrl();
    return known.computeIfAbsent(
        new Key(repository, wanted.provider(), api), _ -> found(repository, wanted));
  }

  private Found found(Repository repository, GitTargetSpec.PullRequest wanted) {
    try {
      Place place = Place.of(wanted.provider(), repository.url(), wanted.apiUrl());
      return new Found.Usable(
          switch (wanted.provider()) {
            case GITHUB -> new GitHub(http(place, GitHub.MANNER, repository), place);
            case GITLAB -> new GitLab(http(place, GitLab.MANNER, repository), place);
            case GITEA, FORGEJO -> new Gitea(http(place, Gitea.MANNER, repository), place);
            case BITBUCKET ->
                new BitbucketCloud(http(place, BitbucketCloud.MANNER, repository), place);
            case BITBUCKETSERVER ->
                new BitbucketDataCenter(http(place, BitbucketDataCenter.MANNER, repository), place);
            case AZUREDEVOPS -> new AzureDevOps(http(place, AzureDevOps.MANNER, repository), place);
          });
    } catch (Place.Odd e) {
      return new Found.Wrong(String.valueOf(e.getMessage()));
    }
  }

  private ForgeHttp http(Place place, ForgeHttp.Manner manner, Repository repository) {
    return new ForgeHttp(
        place.api(), manner, repository, credentials, timing, clients, clock, listener);
  }

  @Override
  public void close() {
    clients.close();
  }
}
