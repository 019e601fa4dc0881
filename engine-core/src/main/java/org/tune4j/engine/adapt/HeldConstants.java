package org.tune4j.engine.adapt;

import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * An adapter's constants as one piece of work reads them: a pass with its way back, or all of a
 * session of generation. What another thread changes meanwhile is seen by the next.
 */
@FunctionalInterface
public interface HeldConstants {
  /** One of {@link Adapter#constants}. */
  Tensor get(TensorSlot slot);

  /**
   * The same for calls whose tokens are of several documents.
   *
   * @param documents for each row of what kernels read, which of the held documents it is of
   * @param into the scope of what has to be made for it
   */
  default HeldConstants rows(int[] documents, TensorScope into) {
    return this;
  }
}
