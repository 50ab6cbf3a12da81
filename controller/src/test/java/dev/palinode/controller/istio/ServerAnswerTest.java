package dev.palinode.controller.istio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.controller.ports.Outcome;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerAnswerTest {

  @ParameterizedTest
  @ValueSource(ints = {401, 409, 422, 429, 500, 503})
  void passing_isTriedAgain(int code) {
    assertThat(ServerAnswer.outcome(answer(code))).isEqualTo(new Outcome.Again("its words"));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 403, 404})
  void lasting_isRefusedInTheServersWords(int code) {
    assertThat(ServerAnswer.outcome(answer(code))).isEqualTo(new Outcome.Refused("its words"));
  }

  @Test
  void valueThatTheSchemaRefuses_isRefused() {
    var status =
        new StatusBuilder()
            .withCode(422)
            .withMessage("spec.http: Invalid value")
            .withNewDetails()
            .addNewCause("spec.http", "bad", "FieldValueInvalid")
            .endDetails()
            .build();
    assertThat(ServerAnswer.outcome(new KubernetesClientException("x", 422, status)))
        .isEqualTo(new Outcome.Refused("spec.http: Invalid value"));
  }

  @Test
  void noAnswer_isTriedAgain() {
    assertThat(
            ServerAnswer.outcome(
                new KubernetesClientException("unreachable", new IOException("refused"))))
        .isEqualTo(new Outcome.Again("unreachable"));
  }

  private static KubernetesClientException answer(int code) {
    return new KubernetesClientException(
        "x", code, new StatusBuilder().withCode(code).withMessage("its words").build());
  }
}
