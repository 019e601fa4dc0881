package org.tune4j.engine.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainedRange;
import org.tune4j.engine.model.TensorSlot;

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
   * @param shape its sizes
   * @param range what it belongs to
   * @param hidden whether it is a matrix of a hidden layer, or several of one size
   */
  record Matrix(String name, long offset, long[] shape, TrainedRange range, boolean hidden) {
    long elements() {
      return product(shape);
    }

    boolean isMatrix() {
      return shape.length > 1;
    }

    /** One number a row, {@code [..., rows, 1]}. */
    long[] rowShape() {
      long[] rows = shape.clone();
      rows[rows.length - 1] = 1;
      return rows;
    }

    /** One number a column, {@code [..., 1, columns]}. */
    long[] columnShape() {
      long[] columns = shape.clone();
      columns[columns.length - 2] = 1;
      return columns;
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
  static List<Matrix> of(TrainableTensors trainables) {
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
                shape,
                rangeOf(trainables, offset),
                trainable.hidden() && isMatrix(shape)));
      }
      start += slot.elements();
    }
    return all;
  }

  private static TrainedRange rangeOf(TrainableTensors trainables, long offset) {
    return trainables.ranges().stream()
        .filter(range -> range.holds(offset))
        .findFirst()
        .orElseThrow();
  }
}
