package dev.palinode.gitwriter.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a tree says about the target's pods, as a model: the template as written, the patches on it
 * and the images that come out. Equal templates render to equal pods under equal settings.
 */
record Template(Object written, List<Object> patches, Map<String, String> images) {
  private static final Pattern IMAGE_POINTER =
      Pattern.compile("/spec/template/spec/(containers|initContainers)/(\\d{1,4})/image");

  static Template of(Layout.Placed target, Tree tree, Manifests manifests) {
    Object written =
        Optional.ofNullable(Model.at(target.model(), "spec", "template")).orElse(Map.of());
    Map<String, String> images = new LinkedHashMap<>();
    List<Object> patches = new ArrayList<>();
    takeImages(written, images);
    for (Kustomization layer : target.layers()) {
      for (var patch : layer.patches(tree, manifests, target.kind(), target.writtenName())) {
        patches.addAll(patch.documents());
        for (Object document : patch.documents()) {
          takeImages(Model.at(document, "spec", "template"), images);
          takeOperations(document, written, images);
        }
      }
      images.replaceAll((_, image) -> layer.image(image));
    }
    return new Template(written, List.copyOf(patches), Map.copyOf(images));
  }

  private static void takeImages(@Nullable Object template, Map<String, String> images) {
    for (String list : List.of("initContainers", "containers")) {
      for (Object container : Model.list(template, "spec", list)) {
        Optional<String> name = Model.text(container, "name");
        Optional<String> image = Model.text(container, "image");
        if (name.isPresent() && image.isPresent()) {
          images.put(name.get(), image.get());
        }
      }
    }
  }

  /** JSON 6902: {@code [{op: replace, path: /spec/template/spec/containers/0/image, value: x}]}. */
  private static void takeOperations(Object document, Object template, Map<String, String> images) {
    if (document instanceof List<?> operations) {
      for (@Nullable Object operation : operations) {
        Matcher target = IMAGE_POINTER.matcher(Model.text(operation, "path").orElse(""));
        Optional<String> value = Model.text(operation, "value");
        if (target.matches() && value.isPresent()) {
          List<Object> containers = Model.list(template, "spec", target.group(1));
          int index = Integer.parseInt(target.group(2));
          if (index < containers.size()) {
            Model.text(containers.get(index), "name").ifPresent(n -> images.put(n, value.get()));
          }
        }
      }
    }
  }

  /** True if every one of these containers is there with that image; false if none is named. */
  boolean carries(Map<String, String> wanted) {
    return !wanted.isEmpty() && images.entrySet().containsAll(wanted.entrySet());
  }
}
