package org.tune4j.engine.tensor;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.ArrayList;
import java.util.List;

/**
 * DJL's handles of the tensors that one native call reads or writes, for the packages that speak to
 * DJL. A tensor that another thread closes meanwhile is refused from then on, but its memory stays
 * until the loan is over. Opened and closed within {@link NativeGate}.
 */
public final class Loan implements AutoCloseable {
  private final List<Tensor> tensors = new ArrayList<>();

  /**
   * A tensor's handle under a name: DJL tells a call's lists from its tensors by the names of the
   * arrays.
   *
   * @param name null for none
   * @throws IllegalStateException if the tensor is closed
   */
  public PtNDArray take(Tensor tensor, String name) {
    PtNDArray handle = tensor.lend(name);
    tensors.add(tensor);
    return handle;
  }

  @Override
  public void close() {
    tensors.forEach(Tensor::giveBack);
  }
}
