package dev.palinode.gitwriter;

import java.util.Map;

class FakeGitWriterTest extends GitWriterContract {
  private final FakeGitWriter fake = new FakeGitWriter();

  @Override
  protected GitWriter writer() {
    return fake;
  }

  @Override
  protected GitHistory history() {
    return fake;
  }

  @Override
  protected String url() {
    return "/fake";
  }

  @Override
  protected String commit(String message, Map<String, String> files) {
    return fake.commit(message, files);
  }

  @Override
  protected void reachable(boolean now) {
    fake.reachable(now);
  }

  @Override
  protected int commits() {
    return fake.commits().size();
  }

  @Override
  protected String text(String file) {
    return fake.commits().getLast().tree().files().get(file);
  }
}
