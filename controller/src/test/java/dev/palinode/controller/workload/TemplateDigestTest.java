package dev.palinode.controller.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateDigestTest {
  private static final String PLAIN =
      "{metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: 'web:1'}]}}";

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          hash label  | {metadata: {labels: {app: web, pod-template-hash: x}}, spec: {containers: [{name: web, image: 'web:1'}]}}
          other order | {spec: {containers: [{image: 'web:1', name: web}]}, metadata: {labels: {app: web}}}
          null field  | {metadata: {creationTimestamp: null, labels: {app: web}}, spec: {containers: [{name: web, image: 'web:1'}]}}
          """)
  void sameMeaning_sameDigest(String what, String template) {
    assertThat(digest(template)).as(what).isEqualTo(digest(PLAIN));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          image       | {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: 'web:2'}]}}
          label       | {metadata: {labels: {app: web, x: y}}, spec: {containers: [{name: web, image: 'web:1'}]}}
          annotation  | {metadata: {labels: {app: web}, annotations: {a: b}}, spec: {containers: [{name: web, image: 'web:1'}]}}
          empty map   | {metadata: {labels: {app: web}}, spec: {securityContext: {}, containers: [{name: web, image: 'web:1'}]}}
          list order  | {metadata: {labels: {app: web}}, spec: {containers: [{name: b}, {name: web, image: 'web:1'}]}}
          """)
  void otherMeaning_otherDigest(String what, String template) {
    assertThat(digest(template)).as(what).isNotEqualTo(digest(PLAIN));
  }

  @Test
  void hashWasTheOnlyLabel_sameAsNoLabels() {
    String with = digest("{metadata: {labels: {pod-template-hash: x}}, spec: {}}");

    assertThat(with).isEqualTo(digest("{metadata: {labels: {}}, spec: {}}"));
    assertThat(with).isEqualTo(digest("{metadata: {}, spec: {}}"));
    assertThat(with).isEqualTo(digest("{spec: {}}"));
  }

  @Test
  void digest_isSha256OfTheCanonicalJson() {
    assertThat(digest("{spec: {b: 1, a: [true, 'x']}}"))
        .isEqualTo("sha256:" + TemplateDigest.sha256("{\"spec\":{\"a\":[true,\"x\"],\"b\":1}}"));
  }

  @Test
  void shortForms_areLabelsAndPrefixesOfTheDigest() {
    String digest = digest(PLAIN);

    assertThat(TemplateDigest.hash(digest)).matches("[0-9a-f]{10}");
    assertThat(TemplateDigest.label(digest)).matches("[0-9a-f]{40}");
    assertThat(digest)
        .startsWith("sha256:" + TemplateDigest.label(digest))
        .startsWith("sha256:" + TemplateDigest.hash(digest));
  }

  @Test
  void textThatIsNoDigest_isRefused() {
    assertThatThrownBy(() -> TemplateDigest.hash("latest"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void template_isNotChangedByTheLook() {
    Map<String, Object> template = template("{metadata: {labels: {pod-template-hash: x}}}");
    TemplateDigest.of(template);

    assertThat(template)
        .isEqualTo(Map.of("metadata", Map.of("labels", Map.of("pod-template-hash", "x"))));
  }

  private static String digest(String yaml) {
    return TemplateDigest.of(template(yaml));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> template(String yaml) {
    return Serialization.unmarshal("---\n" + yaml, Map.class);
  }
}
