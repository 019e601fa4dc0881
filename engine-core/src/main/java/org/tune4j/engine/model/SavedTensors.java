package org.tune4j.engine.model;

import java.util.List;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** What a forward pass keeps of a block for the backward pass: in memory, or in a file. */
@FunctionalInterface
interface SavedTensors {
  /** The tensors, in memory; what is read into a scope for it belongs to that. */
  List<Tensor> get(TensorScope into);

  /** The first of them alone. */
  default Tensor first(TensorScope into) {
    return get(into).get(0);
  }
}
