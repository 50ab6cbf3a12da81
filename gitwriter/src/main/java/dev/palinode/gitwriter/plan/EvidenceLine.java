package dev.palinode.gitwriter.plan;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.crds.RevertSpec.Reason;
import dev.palinode.gitwriter.Intent;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a verdict rested on, as one line of JSON. The same intent is the same line. */
public final class EvidenceLine {
  private static final int MAX_TEXT = 500;

  private EvidenceLine() {}

  public static String of(Intent intent) {
    var object = intent.object();
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("intent", intent.id());
    put(line, "cluster", intent.cluster());
    put(line, "target", object.namespace() + "/" + object.kind() + "/" + object.name());
    put(line, "at", intent.createdAt().toString());
    // Nothing else is a reason to revert.
    line.put("verdict", "Fail");
    Optional.ofNullable(intent.reason()).ifPresent(reason -> reason(line, reason));
    put(line, "failed", intent.failed().revision());
    put(line, "good", intent.lastGood().revision());
    return line.toString();
  }

  private static void reason(ObjectNode line, Reason reason) {
    put(line, "metric", reason.metric());
    put(line, "observed", reason.observed());
    put(line, "limit", reason.limit());
    Optional.ofNullable(reason.step()).ifPresent(step -> line.put("step", step));
    Optional.ofNullable(reason.weight())
        .ifPresent(weight -> line.put("weight", weight.asPercent()));
    Optional.ofNullable(reason.requests()).ifPresent(count -> line.put("requests", count));
    put(line, "message", reason.message());
  }

  private static void put(ObjectNode line, String name, @Nullable String text) {
    if (text != null) {
      line.put(name, CommitMessage.line(text, MAX_TEXT));
    }
  }
}
