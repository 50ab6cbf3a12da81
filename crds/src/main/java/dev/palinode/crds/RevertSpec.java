package dev.palinode.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What goes back, from where to where. It names two commits of the past and can ask for nothing
 * new.
 *
 * @param intent hash(cluster, Canary uid, failed digest, failed revision, retry token): the
 *     identity by which a repeat is recognised
 * @param cluster the cluster that asks, as GitTarget grants name it
 * @param source where in git the object comes from
 * @param object whose template goes back; its namespace is the Revert's own
 * @param failed the state to leave
 * @param lastGood the state to return to
 * @param mode who carries it out, and how
 * @param reason the verdict that led here
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(value = "self == oldSelf", message = "a Revert is immutable: create a new one")
public record RevertSpec(
    @Required @Size(min = 8, max = 64) String intent,
    @Required @Size(min = 1, max = 253) String cluster,
    @Required CanarySpec.Source source,
    @Required ObjectRef object,
    @Required State failed,
    @Required State lastGood,
    @Required Mode mode,
    @Nullable Reason reason) {

  static final String OWN_NAMESPACE =
      "a Revert asks for an object of its own namespace: create it in the namespace of"
          + " spec.object";

  /**
   * The object whose template goes back. Its namespace must be the Revert's own, which a policy
   * beside the definitions refuses otherwise: a definition's own rules cannot see the namespace.
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record ObjectRef(
      @Required @Size(min = 1, max = 253) String apiVersion,
      @Required @Size(min = 1, max = 63) String kind,
      @Required @Size(min = 1, max = 63) String namespace,
      @Required @Size(min = 1, max = 253) String name) {}

  /**
   * The app at one moment.
   *
   * @param revision full commit id; absent when no agent told it, then the writer finds it in the
   *     branch's history by the images
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record State(
      @Size(min = 1, max = 128) @Nullable String revision,
      @Required @Size(min = 1, max = 128) String templateDigest,
      Map<String, String> images) {
    public State {
      images = images == null ? Map.of() : Map.copyOf(images);
    }
  }

  /** Who carries it out, and how. */
  public enum Mode {
    /** Nobody of ours. */
    Notify,
    PullRequest,
    Commit
  }

  /** The verdict that led here. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Reason(
      @Nullable String metric,
      @Nullable String observed,
      @Nullable String limit,
      @Nullable Integer step,
      @Nullable Weight weight,
      @Nullable Long requests,
      @Nullable String message) {}
}
