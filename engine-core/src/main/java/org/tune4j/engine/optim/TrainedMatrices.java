package org.tune4j.engine.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * What is trained as the tensors that a checkpoint has, for optimizers that look at a matrix as a
 * whole: layers that are stored as one matrix are several here, as they are for every peer.
 */
final class TrainedMatrices {
  private TrainedMatrices() {}

  /**
   * One tensor of the checkpoint.
   *
   * @param name in the checkpoint
   * @param offset of its first number in the flat vectors
   * @param weights a view of the masters
   * @param gradients a view of the gradients
   * @param decayed whether weight decay applies to it
   * @param hidden whether it is a matrix of a hidden layer, or several of one size
   */
  record Matrix(
      String name, long offset, Tensor weights, Tensor gradients, boolean decayed, boolean hidden) {
    boolean isMatrix() {
      return weights.shape().length > 1;
    }

    /** One number a row, {@code [..., rows, 1]}. */
    long[] rowShape() {
      long[] shape = weights.shape().clone();
      shape[shape.length - 1] = 1;
      return shape;
    }

    /** One number a column, {@code [..., 1, columns]}. */
    long[] columnShape() {
      long[] shape = weights.shape().clone();
      shape[shape.length - 2] = 1;
      return shape;
    }

    long rowMoments() {
      return isMatrix() ? product(rowShape()) : 0;
    }

    long columnMoments() {
      return isMatrix() ? product(columnShape()) : 0;
    }
  }

  /** Whether it has rows and columns, and more than one of each. */
  private static boolean isMatrix(long[] shape) {
    int n = shape.length;
    return n > 1 && shape[n - 1] > 1 && shape[n - 2] > 1;
  }

  private static long product(long[] shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  /** The tensors, in the order of the flat vectors. */
  static List<Matrix> of(TrainableTensors trainables, TensorScope scope) {
    List<Matrix> all = new ArrayList<>();
    long start = 0;
    for (Trainable trainable : trainables.all()) {
      TensorSlot slot = trainable.slot();
      long row = slot.elements() / slot.sizes()[0];
      for (TensorSlot.Part part : slot.parts()) {
        long[] shape = slot.sizes();
        shape[0] = part.rows();
        long offset = start + part.firstRow() * row;
        all.add(
            new Matrix(
                part.name(),
                offset,
                TensorOps.view(scope, trainables.flat(), offset, shape),
                TensorOps.view(scope, trainables.flatGradient(), offset, shape),
                trainable.decayed(),
                trainable.hidden() && isMatrix(shape)));
      }
      start += slot.elements();
    }
    return all;
  }
}
