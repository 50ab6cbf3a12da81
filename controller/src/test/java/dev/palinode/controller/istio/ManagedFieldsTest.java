package dev.palinode.controller.istio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.palinode.controller.istio.ManagedFields.Owner;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManagedFieldsTest {
  private static final Owner FLUX = new Owner("kustomize-controller", "Apply");

  /** As a real API server lists them once a rollout has put the text back. */
  private static final String AFTER =
      """
      - manager: kustomize-controller
        operation: Apply
        apiVersion: networking.istio.io/v1
        time: "2026-08-01T10:00:00Z"
        fieldsType: FieldsV1
        fieldsV1:
          f:metadata: {f:labels: {f:kustomize.toolkit.fluxcd.io/name: {}, f:kustomize.toolkit.fluxcd.io/namespace: {}}}
          f:spec: {f:gateways: {}, f:hosts: {}}
      - manager: istiod
        operation: Update
        apiVersion: networking.istio.io/v1
        time: "2026-08-01T10:00:01Z"
        fieldsType: FieldsV1
        fieldsV1: {f:status: {f:conditions: {}}}
        subresource: status
      - manager: palinode
        operation: Update
        apiVersion: networking.istio.io/v1
        time: "2026-08-01T10:20:00Z"
        fieldsType: FieldsV1
        fieldsV1: {f:metadata: {f:annotations: {}}, f:spec: {f:http: {}}}
      """;

  private static final String BEFORE =
      """
      - manager: kustomize-controller
        operation: Apply
        apiVersion: networking.istio.io/v1
        time: "2026-08-01T10:00:00Z"
        fieldsType: FieldsV1
        fieldsV1:
          f:metadata: {f:labels: {f:kustomize.toolkit.fluxcd.io/name: {}, f:kustomize.toolkit.fluxcd.io/namespace: {}}}
          f:spec: {f:gateways: {}, f:hosts: {}, f:http: {}}
      - manager: istiod
        operation: Update
        apiVersion: networking.istio.io/v1
        time: "2026-08-01T10:00:01Z"
        fieldsType: FieldsV1
        fieldsV1: {f:status: {f:conditions: {}}}
        subresource: status
      """;

  @Test
  void ownersOfHttp_areThoseOfSpecHttpBesidesUs() {
    assertThat(fields(BEFORE).ownersOfHttp()).containsExactly(FLUX);
    assertThat(fields(AFTER).ownersOfHttp()).isEmpty();
  }

  @Test
  void handedBack_isAsBefore() {
    assertThat(fields(AFTER).handedBack(List.of(FLUX))).isEqualTo(Yaml.list(BEFORE));
  }

  @Test
  void handedBack_snapshotLost_theOneWhoDeclaresTheHostsGetsIt() {
    assertThat(fields(AFTER).handedBack(List.of())).isEqualTo(Yaml.list(BEFORE));
  }

  @Test
  void handedBack_ownerGone_isNobodys() {
    var only = "- {manager: palinode, operation: Update, fieldsV1: {f:spec: {f:http: {}}}}";
    assertThat(fields(only).handedBack(List.of(FLUX))).isEqualTo(Yaml.list("- {}"));
  }

  @Test
  void handBack_ofAnObjectReadByTheClient_losesNothing() {
    var text =
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: checkout
          namespace: shop
          resourceVersion: "7"
          managedFields:
        """
            + AFTER.indent(2);
    JsonNode read =
        new ObjectMapper()
            .valueToTree(Serialization.unmarshal(text, GenericKubernetesResource.class));
    var edit =
        new VirtualServiceEdit(
            new LiveVirtualService(read), new dev.palinode.crds.ObjectName("shop", "checkout"));
    assertThat(edit.handBack(List.of(FLUX)).operations())
        .isEqualTo(
            Yaml.list(
                """
                - {op: test, path: /metadata/resourceVersion, value: "7"}
                - op: replace
                  path: /metadata/managedFields
                  value:
                """
                    + BEFORE.indent(4)));
  }

  @Test
  void handBack_nothingOfOurs_nothingToWrite() {
    assertThat(fields(BEFORE).hasOurs()).isFalse();
    assertThat(fields(AFTER).weOwn("f:spec", "f:http")).isTrue();
  }

  private static ManagedFields fields(String yaml) {
    return new ManagedFields(Yaml.list(yaml));
  }
}
