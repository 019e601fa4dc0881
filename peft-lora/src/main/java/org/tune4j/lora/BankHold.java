package org.tune4j.lora;

import java.util.Arrays;
import java.util.Map;
import org.tune4j.engine.adapt.HeldConstants;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** A bank as one piece of work reads it. */
final class BankHold implements HeldConstants {
  private final Map<TensorSlot, Tensor> matrices;
  private final double[][] weights;
  private final DType dtype;
  private final Tensor tensor;

  /**
   * @param matrices of all layers, by the slots of {@link BankAdapter#matrices}
   * @param weights how much of each adapter is taken, {@code [documents, adapters]}, or one row for
   *     all
   * @param dtype of the weights
   * @param into the scope of the weights
   */
  BankHold(Map<TensorSlot, Tensor> matrices, double[][] weights, DType dtype, TensorScope into) {
    this.matrices = matrices;
    this.weights = weights;
    this.dtype = dtype;
    int adapters = weights[0].length;
    double[] flat = Arrays.stream(weights).flatMapToDouble(Arrays::stream).toArray();
    this.tensor =
        dtype == DType.FLOAT64
            ? into.doubles(flat, weights.length, adapters)
            : into.floats(floats(flat), weights.length, adapters);
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  @Override
  public Tensor get(TensorSlot slot) {
    return slot.equals(BankAdapter.WEIGHTS) ? tensor : matrices.get(slot);
  }

  @Override
  public HeldConstants rows(int[] documents, TensorScope into) {
    double[][] rows =
        Arrays.stream(documents).mapToObj(document -> weights[document]).toArray(double[][]::new);
    return new BankHold(matrices, rows, dtype, into);
  }
}
