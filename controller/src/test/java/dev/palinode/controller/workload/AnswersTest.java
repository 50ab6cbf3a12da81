package dev.palinode.controller.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.controller.ports.Outcome.Again;
import dev.palinode.controller.ports.Outcome.Refused;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswersTest {
  @ParameterizedTest
  @ValueSource(ints = {401, 404, 408, 409, 422, 429, 500, 503})
  void passingTrouble_isTriedAgain(int code) {
    assertThat(Answers.outcome(failure(code, null))).isEqualTo(new Again("the server's words"));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 403, 405, 413})
  void refusal_isToldInTheServersWords(int code) {
    assertThat(Answers.outcome(failure(code, null))).isEqualTo(new Refused("the server's words"));
  }

  @Test
  void failedValidation_isRefused() {
    assertThat(Answers.outcome(failure(422, "spec.replicas"))).isInstanceOf(Refused.class);
  }

  @Test
  void noServer_isTriedAgain() {
    var e = new KubernetesClientException("connect", new IOException("refused"));

    assertThat(Answers.outcome(e)).isEqualTo(new Again("the API server was not reached: connect"));
  }

  private static KubernetesClientException failure(int code, String field) {
    StatusBuilder status = new StatusBuilder().withCode(code).withMessage("the server's words");
    if (field != null) {
      status.withNewDetails().addNewCause().withField(field).endCause().endDetails();
    }
    Status built = status.build();
    return new KubernetesClientException(built);
  }
}
