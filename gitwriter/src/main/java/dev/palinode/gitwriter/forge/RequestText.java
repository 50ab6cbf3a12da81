package dev.palinode.gitwriter.forge;

import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Restoration;
import dev.palinode.gitwriter.plan.CommitMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * Title and text of a pull request: the commit's own words, then who is concerned. The trailers
 * stay last, so that they survive where the host makes a squash commit's message of it.
 *
 * @param reason one line for the mark on the failed commit
 */
record RequestText(String title, String body, String reason) {
  private static final int MAX_TITLE = 250;
  private static final int MAX_FILES = 50;

  static RequestText of(Intent intent, Restoration.Ready ready) {
    String message = ready.message().strip();
    int end = message.indexOf('\n');
    String title = end < 0 ? message : message.substring(0, end);
    String rest = end < 0 ? "" : message.substring(end).strip();
    int trailers = rest.lastIndexOf("\n\n");
    List<String> parts = new ArrayList<>();
    parts.add(trailers < 0 ? "" : rest.substring(0, trailers));
    parts.add(files(ready.files()));
    Owners owners = Owners.of(ready);
    if (!owners.named().isEmpty()) {
      parts.add("Code owners: " + String.join(", ", owners.named()) + ".");
    }
    ready.introduced().stream()
        .limit(1)
        .forEach(i ->
            parts.add("The failed change is %s by %s.".formatted(i.commit(), quoted(i.author()))));
    parts.add(
        "Closing this without a merge is a no: it will not be opened again. If the branch moves on"
            + " by itself, this closes itself.");
    parts.add(trailers < 0 ? rest : rest.substring(trailers).strip());
    parts.removeIf(String::isBlank);
    var object = intent.object();
    return new RequestText(
        CommitMessage.line(title, MAX_TITLE),
        String.join("\n\n", parts) + "\n",
        "Failed its canary analysis; revert of %s/%s proposed"
            .formatted(object.namespace(), object.name()));
  }

  private static String files(List<String> files) {
    StringBuilder text = new StringBuilder("Puts back:");
    files.stream().limit(MAX_FILES).forEach(f -> text.append("\n- ").append(quoted(f)));
    return files.size() > MAX_FILES
        ? text.append("\n- and ").append(files.size() - MAX_FILES).append(" more").toString()
        : text.toString();
  }

  /** As code: whatever a name says, it calls nobody and formats nothing. */
  private static String quoted(String text) {
    return "`" + CommitMessage.line(text.replace('`', '\''), 200) + "`";
  }
}
