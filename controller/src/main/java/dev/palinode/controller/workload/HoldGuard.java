package dev.palinode.controller.workload;

import dev.palinode.crds.Observed;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether the policy that keeps a declared hold closed is installed, and bound so that it denies.
 * All Canaries ask the same question, so the answer is kept for a while.
 */
final class HoldGuard {
  static final String NAME = "palinode-declared";
  private static final Duration GOOD_FOR = Duration.ofMinutes(1);
  private static final Duration BAD_FOR = Duration.ofSeconds(10);
  private static final ResourceDefinitionContext POLICIES =
      admission("ValidatingAdmissionPolicy", "validatingadmissionpolicies");
  private static final ResourceDefinitionContext BINDINGS =
      admission("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings");

  private record Answer(Observed<Boolean> guarded, Instant until) {}

  private final KubernetesClient client;
  private final InstantSource clock;
  private @Nullable Answer last;

  HoldGuard(KubernetesClient client, InstantSource clock) {
    this.client = client;
    this.clock = clock;
  }

  synchronized Observed<Boolean> guarded() {
    Instant now = clock.instant();
    Answer answer = last;
    if (answer == null || !now.isBefore(answer.until())) {
      Observed<Boolean> asked = Answers.read(() -> Observed.known(isInstalled() && isBound()));
      boolean good = asked.known().orElse(false);
      answer = new Answer(asked, now.plus(good ? GOOD_FOR : BAD_FOR));
      last = answer;
    }
    return answer.guarded();
  }

  private boolean isInstalled() {
    return client.genericKubernetesResources(POLICIES).withName(NAME).get() != null;
  }

  private boolean isBound() {
    GenericKubernetesResource binding =
        client.genericKubernetesResources(BINDINGS).withName(NAME).get();
    return binding != null
        && NAME.equals(binding.get("spec", "policyName"))
        && binding.get("spec", "validationActions") instanceof List<?> actions
        && actions.contains("Deny");
  }

  private static ResourceDefinitionContext admission(String kind, String plural) {
    return new ResourceDefinitionContext.Builder()
        .withGroup("admissionregistration.k8s.io")
        .withVersion("v1")
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(false)
        .build();
  }
}
