package dev.palinode.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a team writes about one Deployment: how its releases move onto traffic, what they are asked,
 * and what happens when one fails. Everything but {@code targetRef} and {@code traffic} has a
 * default; a missing field reads as that default, never as null.
 *
 * @param targetRef the team's own Deployment, in the Canary's namespace
 * @param hold how a new template is kept from serving
 * @param traffic the route whose weights move
 * @param steps in order; after the last one the candidate gets all traffic
 * @param bake how long the candidate serves everything while the old pods still stand by
 * @param watch how long the gate goes on after the hand-over
 * @param readyDeadline candidate pods not Ready within it: {@link Cause#Failed}
 * @param deadline neither promoted nor failed within it: {@link Cause#Unproven}
 * @param analysis what the gate asks
 * @param onFailure what a failed release leads to
 * @param source where in git the Deployment comes from; discovered when absent
 * @param retry a new value admits the rejected template once more
 * @param promote a new value ends the current pause
 * @param skip a new value goes to 100 % without analysis
 * @param abort a new value ends the rollout as failed
 * @param paused freezes the weight
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CanarySpec(
    @Required TargetRef targetRef,
    @Default("Auto") Hold hold,
    @Required Traffic traffic,
    @ValidationRule(value = CanaryRules.ASCENDING_CEL, message = CanaryRules.ASCENDING)
        @ValidationRule(value = CanaryRules.WEIGHT_FIRST_CEL, message = CanaryRules.WEIGHT_FIRST)
        @Size(max = 50)
        List<Step> steps,
    @Default("2m") Span bake,
    @Default("10m") Span watch,
    @Default("10m") Span readyDeadline,
    @Default("6h") Span deadline,
    Analysis analysis,
    OnFailure onFailure,
    @Nullable Source source,
    @Size(max = 253) @Nullable String retry,
    @Size(max = 253) @Nullable String promote,
    @Size(max = 253) @Nullable String skip,
    @Size(max = 253) @Nullable String abort,
    @Default("false") Boolean paused) {

  /** How a new template is kept from serving until it is judged. */
  public enum Hold {
    /** Whichever of the two is there. */
    Auto,
    /** Git says {@code paused: true}, and a validating policy keeps it so. */
    Declared,
    /** A mutating policy pauses every change of the template. */
    Admission
  }

  /** The guarded workload. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record TargetRef(
      @Default("Deployment")
          @ValidationRule(value = CanaryRules.DEPLOYMENT_CEL, message = CanaryRules.DEPLOYMENT)
          String kind,
      @Required @Size(min = 1, max = 253) String name) {
    public TargetRef {
      kind = kind == null ? "Deployment" : kind;
    }
  }

  /** The part of the mesh that decides who gets how much. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Traffic(@Required Istio istio) {}

  /** Istio routes whose destinations are split during a rollout. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Istio(
      @Required @Size(min = 1, max = 20) List<VirtualServiceRef> virtualServices,
      @Default("InPlace") RouteMode mode) {
    public Istio {
      virtualServices = List.copyOf(virtualServices);
      mode = mode == null ? RouteMode.InPlace : mode;
    }
  }

  /** Whose object carries the weights. */
  public enum RouteMode {
    /** The team's VirtualService, put back to git's text at the end. */
    InPlace,
    /** A VirtualService of ours that the team's delegates to. */
    Delegate
  }

  /**
   * One VirtualService.
   *
   * @param routes names of its http routes; empty means every http route that sends to the Service
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record VirtualServiceRef(
      @Required @Size(min = 1, max = 253) String name,
      @Size(max = 63) @Nullable String namespace,
      @Size(max = 50) List<@Size(min = 1, max = 253) String> routes) {
    public VirtualServiceRef {
      routes = routes == null ? List.of() : List.copyOf(routes);
    }
  }

  /** One step: exactly one of its fields is set. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @ValidationRule(value = CanaryRules.ONE_KIND_CEL, message = CanaryRules.ONE_KIND)
  public record Step(
      @Min(0) @Max(100) @Nullable Weight setWeight,
      @Nullable Pause pause,
      @Nullable StepAnalysis analysis) {
    public static Step weight(double percent) {
      return new Step(Weight.percent(percent), null, null);
    }

    public static Step pause(Span duration) {
      return new Step(null, new Pause(duration), null);
    }
  }

  /** Waits: for {@code duration}, or until promoted when it is absent. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Pause(@Nullable Span duration) {}

  /** Blocks until these templates pass. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record StepAnalysis(@Required @Size(min = 1, max = 20) List<TemplateRef> templates) {
    public StepAnalysis {
      templates = List.copyOf(templates);
    }
  }

  /** The gate of the whole rollout. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Analysis(
      @Size(max = 20) List<TemplateRef> templates,
      @ValidationRule(value = CanaryRules.ALPHA_CEL, message = CanaryRules.ALPHA) @Default("0.01")
          Double alpha,
      @Default("Hold") OnInconclusive onInconclusive,
      @Default("30m") Span maxHold) {
    public Analysis {
      templates = templates == null ? List.of(new TemplateRef("http")) : List.copyOf(templates);
      alpha = alpha == null ? 0.01 : alpha;
      onInconclusive = onInconclusive == null ? OnInconclusive.Hold : onInconclusive;
      maxHold = maxHold == null ? Span.of("30m") : maxHold;
    }

    static Analysis defaults() {
      return new Analysis(
          List.of(new TemplateRef("http")), 0.01, OnInconclusive.Hold, Span.of("30m"));
    }
  }

  /** Names an AnalysisTemplate of the namespace, or the built-in {@code http}. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record TemplateRef(@Required @Size(min = 1, max = 253) String name) {}

  /** What the end of a step without enough evidence leads to. */
  public enum OnInconclusive {
    Hold,
    Promote,
    Abort
  }

  /** What a failed release leads to. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record OnFailure(
      @Default("Commit") GitMode git,
      @Default("TrafficFirst") Order order,
      @Default("5s") Span gitFirstTimeout) {
    public OnFailure {
      git = git == null ? GitMode.Commit : git;
      order = order == null ? Order.TrafficFirst : order;
      gitFirstTimeout = gitFirstTimeout == null ? Span.of("5s") : gitFirstTimeout;
    }

    static OnFailure defaults() {
      return new OnFailure(GitMode.Commit, Order.TrafficFirst, Span.of("5s"));
    }
  }

  /** How far a failure reaches into git. */
  public enum GitMode {
    Off,
    Notify,
    PullRequest,
    Commit,
    Freeze
  }

  /** Which is put right first. */
  public enum Order {
    TrafficFirst,
    GitFirst
  }

  /**
   * A place in git.
   *
   * @param path folder of the app, relative to the repository's root
   * @param files more files that belong to the app, relative to the root
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL) // an app in the root has the path "", which must stay
  public record Source(
      @ValidationRule(value = GitRules.NO_CREDENTIALS_CEL, message = GitRules.NO_CREDENTIALS)
          @Required
          @Size(min = 1, max = 2048)
          String url,
      @Required @Size(min = 1, max = 255) String branch,
      @ValidationRule(value = GitRules.INSIDE_CEL, message = GitRules.INSIDE)
          @Required
          @Size(max = 1024)
          String path,
      @ValidationRule(value = GitRules.ALL_INSIDE_CEL, message = GitRules.INSIDE)
          @JsonInclude(JsonInclude.Include.NON_EMPTY)
          @Size(max = 50)
          List<@Size(min = 1, max = 1024) String> files) {
    public Source {
      files = files == null ? List.of() : List.copyOf(files);
    }

    public Source(String url, String branch, String path) {
      this(url, branch, path, List.of());
    }
  }

  /** 5, 10, 25, 50, 100 with two minutes at each. */
  public static final List<Step> DEFAULT_STEPS =
      List.of(
          Step.weight(5),
          Step.pause(Span.of("2m")),
          Step.weight(10),
          Step.pause(Span.of("2m")),
          Step.weight(25),
          Step.pause(Span.of("2m")),
          Step.weight(50),
          Step.pause(Span.of("2m")),
          Step.weight(100),
          Step.pause(Span.of("2m")));

  public CanarySpec {
    hold = hold == null ? Hold.Auto : hold;
    steps = steps == null || steps.isEmpty() ? DEFAULT_STEPS : List.copyOf(steps);
    bake = bake == null ? Span.of("2m") : bake;
    watch = watch == null ? Span.of("10m") : watch;
    readyDeadline = readyDeadline == null ? Span.of("10m") : readyDeadline;
    deadline = deadline == null ? Span.of("6h") : deadline;
    analysis = analysis == null ? Analysis.defaults() : analysis;
    onFailure = onFailure == null ? OnFailure.defaults() : onFailure;
    paused = paused != null && paused;
  }

  /** The place in git that the team wrote down itself. */
  public Optional<Source> declaredSource() {
    return Optional.ofNullable(source);
  }
}
