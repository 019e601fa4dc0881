package org.tune4j.engine.model;

import java.util.Arrays;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Vectors that are added to those of a batch's words, before a family's scale, positions and norm,
 * and where the gradient of a loss with respect to them is added up: the gradient of the inputs.
 * {@link BatchTensors#shifted} gives the batch that any objective takes in place of the plain one.
 * Zeros ask for the gradient alone; a step along it is an adversarial perturbation (Miyato et al.,
 * 2017). A learned token that stands in place of a word is not shifted, and its gradient is 0.
 *
 * @param values {@code [N, hidden]}, N the tokens of {@link BatchTensors#batch}
 * @param gradient of the same shape; each backward pass adds to it. {@code [0, hidden]} where
 *     nobody wants it: then a backward pass ends at the lowest block with something to train
 */
public record InputShift(Tensor values, Tensor gradient) {
  public InputShift {
    if (!Arrays.equals(values.shape(), gradient.shape()) && !isNone(gradient, values)
        || values.dtype() != gradient.dtype()
        || values.dtype() != DType.FLOAT32 && values.dtype() != DType.FLOAT64) {
      throw new IllegalArgumentException(
          "A shift " + values + " with a gradient " + gradient + ": wanted is one shape in fp32");
    }
  }

  private static boolean isNone(Tensor gradient, Tensor values) {
    return values.shape().length == 2
        && Arrays.equals(gradient.shape(), new long[] {0, values.shape()[1]});
  }

  /** A shift {@code [N, hidden]} whose gradient nobody wants. */
  public static InputShift constant(Tensor values, TensorScope into) {
    if (values.shape().length != 2) {
      throw new IllegalArgumentException("A shift " + values + ": wanted the shape [N, hidden]");
    }
    return new InputShift(values, into.empty(values.dtype(), 0, values.shape()[1]));
  }

  boolean wantsGradient() {
    return gradient.elements() > 0;
  }

  /** A shift of zeros in fp32, in fp64 where the model computes in that. */
  public static InputShift zeros(BatchTensors batch, BoundModel model, TensorScope into) {
    DType sums = model.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
    long[] shape = {batch.batch().tokens(), model.architecture().hiddenSize()};
    return new InputShift(TensorOps.zeros(into, sums, shape), TensorOps.zeros(into, sums, shape));
  }
}
