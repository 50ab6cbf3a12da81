package dev.palinode.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StrictDispatcherTest {
  private static final PatchContext JSON_PATCH =
      new PatchContext.Builder().withPatchType(PatchType.JSON).build();

  private final ApiServer server = new ApiServer();
  private final KubernetesClient client = server.client("test");
  private final ConfigMap made =
      client
          .resource(
              new ConfigMapBuilder()
                  .withNewMetadata()
                  .withName("a")
                  .withNamespace("shop")
                  .endMetadata()
                  .addToData("k", "1")
                  .build())
          .create();

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void patchWhoseTestHolds_isApplied() {
    patch("[{'op':'test','path':'/data/k','value':'1'},{'op':'add','path':'/data/l','value':'2'}]");

    assertThat(live().getData()).isEqualTo(Map.of("k", "1", "l", "2"));
    assertThat(live().getMetadata().getResourceVersion())
        .isNotEqualTo(made.getMetadata().getResourceVersion());
  }

  @Test
  void patchWhoseTestFails_isRefusedWhole() {
    assertRefused(
        422,
        () ->
            patch(
                "[{'op':'add','path':'/data/l','value':'2'},"
                    + "{'op':'test','path':'/metadata/resourceVersion','value':'0'}]"));

    assertThat(live()).isEqualTo(made);
  }

  @Test
  void updateOfAnOldVersion_isAConflict() {
    patch("[{'op':'add','path':'/data/l','value':'2'}]");

    assertRefused(409, () -> client.resource(made).update());
  }

  @Test
  void deleteUnderPreconditionsThatDoNotHold_isAConflict() {
    Map<String, Object> options =
        Map.of("kind", "DeleteOptions", "preconditions", Map.of("uid", "another"));
    String path = "/api/v1/namespaces/shop/configmaps/a";

    assertRefused(409, () -> client.raw(path, "DELETE", options));
    assertThat(live()).isEqualTo(made);

    Object uid = made.getMetadata().getUid();
    client.raw(path, "DELETE", Map.of("preconditions", Map.of("uid", uid)));
    assertThat(live()).isNull();
  }

  private static void assertRefused(int code, Runnable request) {
    assertThatThrownBy(request::run)
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(code));
  }

  private void patch(String operations) {
    client.resource(made).patch(JSON_PATCH, operations.replace('\'', '"'));
  }

  private ConfigMap live() {
    return client.configMaps().inNamespace("shop").withName("a").get();
  }
}
