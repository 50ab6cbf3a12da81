package dev.palinode.crds;

/**
 * One thing wrong with a document.
 *
 * @param path the field, as {@code spec.steps[2].setWeight}
 * @param message what is wrong and what to do about it
 */
public record Problem(String path, String message) {
  @Override
  public String toString() {
    return path + ": " + message;
  }
}
