package dev.palinode.crds;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the definitions need beyond what the generator can say, or says wrongly. */
final class CrdRefinement {
  private final Docstrings docs;

  CrdRefinement(Docstrings docs) {
    this.docs = docs;
  }

  CustomResourceDefinition refine(CustomResourceDefinition crd) {
    Class<?> kind = kind(crd.getSpec().getNames().getKind());
    crd.getSpec().getNames().setCategories(List.of("palinode"));
    CustomResourceDefinitionVersion version = crd.getSpec().getVersions().getFirst();
    inDeclaredOrder(version.getAdditionalPrinterColumns(), kind);
    JSONSchemaProps root = version.getSchema().getOpenAPIV3Schema();
    root.setDescription(docs.summary(kind));
    root.setRequired(List.of("spec"));
    Type[] specAndStatus =
        ((ParameterizedType) kind.getGenericSuperclass()).getActualTypeArguments();
    JSONSchemaProps spec = root.getProperties().get("spec");
    docs.params((Class<?>) specAndStatus[0])
        .forEach((name, text) -> spec.getProperties().get(name).setDescription(text));
    refine(spec, specAndStatus[0]);
    JSONSchemaProps status = root.getProperties().get("status");
    if (status != null && specAndStatus[1] != Void.class) {
      refine(status, specAndStatus[1]);
      relax(status);
    }
    return crd;
  }

  private static Class<?> kind(String name) {
    return CrdYaml.KINDS.stream().filter(k -> k.getSimpleName().equals(name)).findFirst().get();
  }

  /** The generator sorts columns by name; people read them in the order of the contract. */
  private static void inDeclaredOrder(List<CustomResourceColumnDefinition> columns, Class<?> kind) {
    List<String> order =
        Arrays.stream(kind.getAnnotationsByType(AdditionalPrinterColumn.class))
            .map(AdditionalPrinterColumn::name)
            .toList();
    columns.sort(Comparator.comparing(column -> order.indexOf(column.getName())));
  }

  /** Walks schema and type side by side: durations get their syntax, rules are told once. */
  private static void refine(JSONSchemaProps schema, Type type) {
    // The generator emits the rules of a record component twice.
    schema.setXKubernetesValidations(
        schema.getXKubernetesValidations().stream().distinct().toList());
    if (type == Span.class) {
      schema.setPattern(Span.PATTERN);
      schema.setMaxLength((long) Span.MAX_LENGTH);
    } else if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      Type element = list.getActualTypeArguments()[0];
      refine(schema.getItems().getSchema(), element);
      if (element == Condition.class) {
        schema.setXKubernetesListType("map");
        schema.setXKubernetesListMapKeys(List.of("type"));
        schema.getItems().getSchema().setRequired(List.of("status", "type"));
      }
    } else if (type instanceof Class<?> record && record.isRecord()) {
      for (RecordComponent component : record.getRecordComponents()) {
        JSONSchemaProps property =
            schema.getProperties() == null ? null : schema.getProperties().get(component.getName());
        if (property != null) {
          refine(property, component.getGenericType());
        }
      }
    }
  }

  /**
   * A status is ours to write and holds what was found in the world, good or bad: no rule may make
   * the API server refuse it, or the controller could not even say what is wrong.
   */
  private static void relax(JSONSchemaProps schema) {
    schema.setXKubernetesValidations(List.of());
    schema.setMinLength(null);
    schema.setMaxLength(null);
    schema.setMinItems(null);
    schema.setMaxItems(null);
    schema.setMinimum(null);
    schema.setMaximum(null);
    if (schema.getProperties() != null) {
      Map<String, JSONSchemaProps> properties = new LinkedHashMap<>(schema.getProperties());
      properties.values().forEach(CrdRefinement::relax);
    }
    if (schema.getItems() != null && schema.getItems().getSchema() != null) {
      relax(schema.getItems().getSchema());
    }
  }
}
