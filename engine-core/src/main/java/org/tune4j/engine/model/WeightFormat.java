package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.tensor.DType;

/**
 * How the matrices of linear layers and experts within blocks are held in memory. Embeddings,
 * norms, biases, routers and the output layer are always plain.
 */
public enum WeightFormat {
  /** In the element type that is computed in. */
  PLAIN {
    @Override
    List<HeldTensor> tensors(TensorSlot matrix, DType dtype) {
      return List.of(new HeldTensor(matrix, dtype));
    }
  },

  /** One byte a number, symmetric in each row, with an fp32 scale (kernel file {@code int8.py}). */
  INT8 {
    @Override
    List<HeldTensor> tensors(TensorSlot matrix, DType dtype) {
      long rows = matrix.shape().get(0);
      return List.of(
          new HeldTensor(piece(matrix, "int8", rows, matrix.shape().get(1)), DType.INT8),
          new HeldTensor(piece(matrix, "scales", rows), DType.FLOAT32));
    }
  },

  /**
   * 4-bit NormalFloat in blocks of 64 with double quantisation, as bitsandbytes defines it: about
   * half a byte a number (kernel file {@code nf4.py}).
   */
  NF4 {
    @Override
    List<HeldTensor> tensors(TensorSlot matrix, DType dtype) {
      long rows = matrix.shape().get(0);
      long columns = matrix.shape().get(1);
      long outer = matrix.parts().stream().mapToLong(part -> outerBlocks(part.elements())).sum();
      long layers = matrix.parts().size();
      return List.of(
          new HeldTensor(piece(matrix, "nf4", rows, columns / 2), DType.UINT8),
          new HeldTensor(piece(matrix, "absmax", rows, columns / Nf4.BLOCK), DType.UINT8),
          new HeldTensor(piece(matrix, "absmax_absmax", outer), DType.FLOAT32),
          new HeldTensor(piece(matrix, "absmax_offsets", layers), DType.FLOAT32),
          new HeldTensor(piece(matrix, "first_rows", layers + 1), DType.INT64),
          new HeldTensor(Nf4.PAIRS, DType.FLOAT32),
          new HeldTensor(Nf4.ABSMAX_MAP, DType.FLOAT32));
    }

    @Override
    void requireFit(TensorSlot matrix) {
      if (matrix.shape().get(1) % Nf4.BLOCK != 0) {
        throw new ConfigException(
            "weights: nf4 takes matrices with a multiple of %d columns, found %s %s; take int8"
                .formatted(Nf4.BLOCK, matrix.name(), matrix.shape()));
      }
    }

    private static long outerBlocks(long numbers) {
      return (numbers / Nf4.BLOCK + Nf4.OUTER_BLOCK - 1) / Nf4.OUTER_BLOCK;
    }
  };

  /** A tensor that stands for a matrix, or for a part of what is known of it. */
  record HeldTensor(TensorSlot slot, DType dtype) {
    long bytes() {
      return dtype.bytes(slot.sizes());
    }
  }

  /** The tensors that a matrix is held in, in the order in which kernels take them. */
  abstract List<HeldTensor> tensors(TensorSlot matrix, DType dtype);

  /**
   * @throws ConfigException if a matrix cannot be held so
   */
  void requireFit(TensorSlot matrix) {}

  private static TensorSlot piece(TensorSlot matrix, String name, long... shape) {
    return TensorSlot.whole(matrix.name() + "." + name, shape);
  }

  /** As settings name it. */
  public String lowerName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The names of the matrices of a model that this format is for. */
  Set<String> matrices(Architecture architecture) {
    return this == PLAIN
        ? Set.of()
        : architecture.blockMatrices().stream().map(TensorSlot::name).collect(Collectors.toSet());
  }

  /** Every tensor that a model is held in, those of one matrix side by side. */
  List<HeldTensor> tensors(Architecture architecture, DType dtype) {
    Set<String> matrices = matrices(architecture);
    Set<TensorSlot> exact = architecture.exact();
    List<HeldTensor> all = new ArrayList<>();
    for (TensorSlot slot : architecture.slots()) {
      WeightFormat format = matrices.contains(slot.name()) ? this : PLAIN;
      all.addAll(format.tensors(slot, Weights.held(dtype, exact.contains(slot))));
    }
    return all.stream().distinct().toList();
  }

  /**
   * Bytes of a model's weights in memory.
   *
   * @param dtype the element type that is computed in
   */
  public long bytes(Architecture architecture, DType dtype) {
    return tensors(architecture, dtype).stream().mapToLong(HeldTensor::bytes).sum();
  }
}
