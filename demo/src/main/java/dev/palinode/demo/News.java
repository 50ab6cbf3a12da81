package dev.palinode.demo;

import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * Tells of what came, and of what changed in a way that counts.
 *
 * @param counts whether the step from one version to the next is worth telling
 */
record News<T>(BiPredicate<? super T, ? super T> counts, Consumer<T> listener)
    implements ResourceEventHandler<T> {
  @Override
  public void onAdd(T added) {
    listener.accept(added);
  }

  @Override
  public void onUpdate(T before, T after) {
    if (counts.test(before, after)) {
      listener.accept(after);
    }
  }

  @Override
  public void onDelete(T deleted, boolean stateUnknown) {}
}
