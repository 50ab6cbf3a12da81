package dev.palinode.controller.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigReferencesTest {
  @Test
  void everyPlaceThatNamesAConfigMap_isFound() {
    assertThat(
            names(
                """
                spec:
                  volumes:
                  - {name: a, configMap: {name: volume}}
                  - {name: b, projected: {sources: [{configMap: {name: projected}}, {secret: {name: no}}]}}
                  - {name: c, emptyDir: {}}
                  containers:
                  - name: web
                    envFrom: [{configMapRef: {name: env-from}}, {secretRef: {name: no}}]
                    env:
                    - {name: X, value: y}
                    - {name: Z, valueFrom: {configMapKeyRef: {name: key, key: z}}}
                  initContainers:
                  - {name: init, envFrom: [{configMapRef: {name: init}}]}
                """))
        .containsExactly("env-from", "init", "key", "projected", "volume");
  }

  @Test
  void optionalOnes_areLeftOut() {
    assertThat(
            names(
                """
                spec:
                  volumes:
                  - {name: a, configMap: {name: volume, optional: true}}
                  containers:
                  - name: web
                    envFrom: [{configMapRef: {name: env-from, optional: true}}]
                    env: [{name: Z, valueFrom: {configMapKeyRef: {name: key, key: z, optional: true}}}]
                """))
        .isEmpty();
  }

  @SuppressWarnings("unchecked")
  private static Iterable<String> names(String yaml) {
    return ConfigReferences.in(Serialization.unmarshal(yaml, Map.class));
  }
}
